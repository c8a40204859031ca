"""Keep the libraries' bars, advice and warnings out of the way of what the trainer itself has to say."""

from __future__ import annotations

import logging
import warnings


def quiet() -> None:
    """Switch off progress bars and everything below an error. What is left goes to `trainer.log`."""
    warnings.simplefilter("ignore")
    from huggingface_hub.utils import disable_progress_bars
    from transformers.utils import logging as transformers_logging

    disable_progress_bars()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    for name in ("transformers", "peft", "huggingface_hub", "torch"):
        logging.getLogger(name).setLevel(logging.ERROR)
