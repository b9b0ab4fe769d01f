"""The receptive-field calculator: what each unit of a network sees of the image.

In goes any torch network (``receptive_field``) or a plain list of layers (``field_of_layers``);
out comes a table, as text, HTML, Markdown, CSV or plain dictionaries. Brute force (``measure``,
``check``) and the effective field (``effective``) judge it. Needs torch and nothing else: figures
ask for matplotlib, frames for pandas, when they are asked for. Looks into no other room.

Read ``taps.py`` first (one layer's windows), then ``geometry.py`` (where units look), then
``calculator.py`` (any network's).
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "brute_force": "check measure sweep",
    "calculator": "receptive_field rule",
    "chain": "field_of_layers",
    "effective_field": "effective",
    "geometry": "Geometry",
    "html_writer": "Cell html_table side",
    "layers": "Layer avg_pool batchnorm conv crop dropout global_avg_pool max_pool pair relu stands_first",
    "operators": "named_arguments",
    "snapshot": "left_as_found",
    "table": "Table",
})
