"""RFC 7644 on what a change comes with: versions that move, parts that a PUT leaves out, memberships, lists of every kind."""
