#!/bin/sh
# Says in one line what is missing before anything is installed: Python 3.11 or newer, Java 17 or 21.
set -u
python=${PYTHON:-python3}

remedy() {  # remedy DEBIAN FEDORA MAC
    if [ "$(uname)" = Darwin ]; then echo "brew install $3"
    elif command -v apt-get >/dev/null 2>&1; then echo "sudo apt-get install $1"
    elif command -v dnf >/dev/null 2>&1; then echo "sudo dnf install $2"
    else echo "install $1 with your system's package manager"; fi
}

fail() { echo "overnight: $1" >&2; exit 78; }

command -v "$python" >/dev/null 2>&1 ||
    fail "Python is missing ($python is not on PATH). $(remedy 'python3 python3-venv' python3.12 python@3.12), or: make PYTHON=/path/to/python3.11"
found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "Python 3.11 or newer is needed, $python is ${found:-unusable}. $(remedy 'python3.11 python3.11-venv' python3.12 python@3.12), then: make PYTHON=python3.11"
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
    fail "Python's venv module is missing. $(remedy "python$found-venv" python3-libs "python@$found")"

java=java
[ -n "${JAVA_HOME:-}" ] && java=$JAVA_HOME/bin/java
command -v "$java" >/dev/null 2>&1 ||
    fail "Java is missing ($java is not there). $(remedy openjdk-17-jre-headless java-17-openjdk-headless openjdk@17), or point JAVA_HOME at a Java 17 or 21"
version=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
case "$version" in
    17 | 21) ;;
    *) fail "Java 17 or 21 is needed, $java is ${version:-unusable}. $(remedy openjdk-17-jre-headless java-17-openjdk-headless openjdk@17), then point JAVA_HOME at it" ;;
esac
