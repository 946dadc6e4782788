"""The registry: which model versions there are, and which one is champion."""
