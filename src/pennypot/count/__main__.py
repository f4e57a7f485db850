"""`python -m pennypot.count count FILE.pb`"""

import sys

from .command import main

sys.exit(main())
