"""The Textual app: one folder per pane, shared widgets, one .tcss. It is handed an opener and imports no storage.

Textual reads its environment when first imported, and some of what it reads there is dangerous here (a module to
import, keys to press, a file to log to); so the door is shut as this package is imported, before Textual can be.
"""

import os

from tui.environment import close_hazards

close_hazards(os.environ)
