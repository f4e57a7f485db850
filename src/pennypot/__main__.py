"""``python -m pennypot`` is the ``pennypot`` command."""

from pennypot.cli import main

raise SystemExit(main())
