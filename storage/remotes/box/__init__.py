"""Box as the place in between. Nothing here is imported before a Box folder is used: the SDK takes a third of a second.

settings   what a site must know to use its folder, and how it is kept sealed
network    one session of our own making: proxy, certificates, time limits, nothing from the environment
access     the token, renewed by one thread at a time
patience   what is tried again, when, and what is said when it is given up
dates      what Box's clock shows, against ours
pacing     not more requests and uploads in a minute than Box takes
sharing    who can get at the folder, as Box tells it
guard      nothing goes up while a stranger or a link can get at it
inspection what `ikiiki doctor` says of the folder
upload     small files in one request, large ones in parts that a later run goes on with
download   in blocks, resumed where it broke off, checked
remote     `BoxRemote`, the `core.exchange.remote.Remote`
"""
