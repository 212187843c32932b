"""Write the tables from what the server answers now, to be read in the difference: `python -m tests.architecture.verdicts`."""

import os
import sys

import pytest

if __name__ == "__main__":
    os.environ["VERDICTS"] = "write"
    files = ["tests/architecture/test_verdicts.py", "tests/architecture/test_queries.py"]
    sys.exit(pytest.main(["-q", *files, "-k", "TestEveryRow or every_page", *sys.argv[1:]]))
