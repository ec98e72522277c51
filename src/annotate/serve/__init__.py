"""Label Studio's ML backend: pre-marks for tasks as they are asked for.

:mod:`~annotate.serve.predictions` turns tasks into predictions and knows nothing of the web, :mod:`~annotate.serve.app`
speaks the protocol, :mod:`~annotate.serve.server` listens.
"""
