"""The places in between: `folder.FolderRemote` for a folder or a carried medium, Box beside it.

The contract is `core.exchange.remote.Remote`; `durable` writes files that survive a power cut.
"""
