"""The embedded PostgreSQL server: one folder, one socket, no port and no password.

Everything lives under one *home* folder (see `data_home`):

=====================  ==========================================================================
``database/``          the data, mode 0700, owned by the account that runs the server
``run/``               the socket, in a folder of mode 0700
``logs/``              the server's log, in files of at most 5 MB
``database-settings/`` the server's settings, written anew at each start, and ``own.conf`` for yours
``postgres-*/``        a copy of the programs, only where the account cannot read the installed ones
``database.lock``      held by the process that owns the server
=====================  ==========================================================================

As root the server runs as the system user ``pennypot``, because PostgreSQL refuses to run as root.
Where that user cannot reach the home folder (``/root/x``, say) the data goes to a folder below
``/var/lib/pennypot`` instead, and ``database-is-at.txt`` in the home folder names it: opening
somebody's private folders to reach the data would be worse.
"""

from pennypot.house.database.errors import DatabaseProblem
from pennypot.house.database.home import data_home, prepare_home
from pennypot.house.database.server import EmbeddedServer
from pennypot.house.database.throwaway import throwaway_server

__all__ = ["DatabaseProblem", "EmbeddedServer", "data_home", "prepare_home", "throwaway_server"]
