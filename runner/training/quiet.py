"""Keep the libraries' bars, advice and warnings out of the way of what the trainer itself has to say."""

from __future__ import annotations

import logging
import warnings


def quiet() -> None:
    """Switch off progress bars and everything below an error. What is left goes to `trainer.log`."""
    warnings.simplefilter("ignore")
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    for name in ("transformers", "peft", "huggingface_hub", "torch"):
        logging.getLogger(name).setLevel(logging.ERROR)
