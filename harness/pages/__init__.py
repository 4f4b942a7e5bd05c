"""The common parts of both portals' pages: frame, macros, style, script, long lists, and the control of the clock.

Knows neither service. Each portal brings its name and sections (`portal.py`), registers `blueprint.blueprint` and extends
`pages/frame.html`; the parts of its pages are the macros of `pages/parts.html`.
"""
