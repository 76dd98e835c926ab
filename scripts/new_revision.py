"""Write a migration for what the mapped classes have and the newest revision has not.

python scripts/new_revision.py "what changes"
"""

import sys
import tempfile

from alembic import command
from alembic.config import Config

from formengine.storage import open_database
from formengine.storage.migrations import FOLDER, newest, upgrade


def main(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/new.sqlite")
        upgrade(database)
        number = int(newest()) + 1
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.set_main_option("path_separator", "os")
        with database.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")


if __name__ == "__main__":
    main(sys.argv[1])
