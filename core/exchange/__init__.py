"""What passes between the two sites, and how it is known to be whole: docs/exchange.md, byte by byte.

`strict` and `signed` read and write one-line signed documents; `card` is how sites come to know each other's keys;
`manifest` is the outer and the sealed half of a bundle's manifest; `sequence` judges where a bundle stands in its
channel; `receipt` is the couriers' own word; `remote` is the place in between. No I/O here: `storage.bundles`,
`storage.remotes` and `storage.courier` do that.
"""
