"""One page for any network: its graph, and what each unit of each layer sees of an image.

``contents.py`` makes a table's data, ``page.py`` one HTML file of that, the scripts and the styles
beside it. The scripts are plain and are only put one behind another; nothing is asked for from anywhere.
"""
