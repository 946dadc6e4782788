# Airflow on one machine without services: source this file, then run `airflow db migrate` and `airflow dags test`.
# Whatever is set already wins, except where the project's own paths must come first.

_root="$(cd "$(dirname "${BASH_SOURCE[0]:-$0}")/.." && pwd)"

export AIRFLOW_HOME="${AIRFLOW_HOME:-$_root/var/airflow}"
export AIRFLOW__CORE__DAGS_FOLDER="$_root/dags"
export AIRFLOW__CORE__LOAD_EXAMPLES=False
export AIRFLOW__DATABASE__SQL_ALCHEMY_CONN="${AIRFLOW__DATABASE__SQL_ALCHEMY_CONN:-sqlite:///$AIRFLOW_HOME/airflow.db}"
export AIRFLOW__LOGGING__LOGGING_LEVEL="${AIRFLOW__LOGGING__LOGGING_LEVEL:-WARNING}"
# Airflow's own: graphviz is not installed, a test client of its web framework is deprecated. Warnings of jobs are not affected.
export AIRFLOW__LOGGING__NAMESPACE_LEVELS="${AIRFLOW__LOGGING__NAMESPACE_LEVELS:-py.warnings=ERROR}"
export AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False

# Without this connection the Spark provider falls back to YARN.
export OVERNIGHT_SPARK_MASTER="${OVERNIGHT_SPARK_MASTER:-local[*]}"
if [ -z "${AIRFLOW_CONN_SPARK_DEFAULT:-}" ]; then
    export AIRFLOW_CONN_SPARK_DEFAULT="{\"conn_type\": \"spark\", \"host\": \"$OVERNIGHT_SPARK_MASTER\"}"
fi
case "$OVERNIGHT_SPARK_MASTER" in local*) export SPARK_LOCAL_IP=127.0.0.1 ;; esac

if [ -d "$_root/.venv/bin" ]; then
    # The provider finds spark-submit on PATH only.
    case ":$PATH:" in *":$_root/.venv/bin:"*) ;; *) export PATH="$_root/.venv/bin:$PATH" ;; esac
fi
export PYTHONPATH="$_root"
export PYTHONSAFEPATH=1
export PYSPARK_PYTHON="${PYSPARK_PYTHON:-$(command -v python)}"

export MLFLOW_DISABLE_TELEMETRY=true
export DO_NOT_TRACK=1

mkdir -p "$AIRFLOW_HOME"
unset _root
