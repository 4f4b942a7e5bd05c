"""HTTP as data: a request goes in, a response comes out, and what lies between composes as plain functions.

person / engine ──► recording ─► internet ──┬──► inprocess(app)      a scenario
                                            └──► Network()           harness serve, third-party servers
"""
