"""Makes `python -m overnight` the same as the command `overnight`."""

from overnight.cli.app import main

if __name__ == "__main__":
    main()
