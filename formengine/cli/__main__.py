"""`python -m formengine.cli`: the command, where no script was installed."""

from formengine.cli import main

if __name__ == "__main__":
    main(prog_name="formengine")
