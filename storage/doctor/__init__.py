"""What `ikiiki doctor` looks at on this machine and at Box: each file one family, each function some `core.checks.Check`.

files     the vault's folder, files with secrets, the disk
guards    core dumps, other programs' eyes, keys in memory, who may change the program
machine   Python, the installed packages, swap, the environment
keys      the courier's keys and cards, as they lie in its folder
hosts     each host by itself: reached, its certificate, its clock
place     the folder between the sites, where that was chosen; a Box folder is `storage.remotes.box.inspection`'s

Nothing here needs a password. What is not seen is said to be unknown, never passed.
"""
