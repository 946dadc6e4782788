"""A throwaway home for Airflow, which must be named before Airflow is first imported."""

import atexit
import os
import shutil
import tempfile

if "OVERNIGHT_TEST_AIRFLOW_HOME" not in os.environ:
    home = tempfile.mkdtemp(prefix="overnight-airflow-")
    os.environ["OVERNIGHT_TEST_AIRFLOW_HOME"] = home
    atexit.register(shutil.rmtree, home, ignore_errors=True)
os.environ["AIRFLOW_HOME"] = os.environ["OVERNIGHT_TEST_AIRFLOW_HOME"]
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
