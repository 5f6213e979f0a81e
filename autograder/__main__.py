"""Make `python -m autograder` the same as `imbalance-lessons`."""

from autograder.cli import main

if __name__ == "__main__":
    main()
