"""What this machine offers to a training process, found without importing torch."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Literal

_PROC = Path("/proc")
_CGROUPS = Path("/sys/fs/cgroup")


def usable_threads() -> int:
    """Threads that may run at once: CPU affinity, cgroup quota and `OMP_NUM_THREADS`, whichever is least."""
    try:
        allowed = len(os.sched_getaffinity(0))
    except AttributeError:
        allowed = os.cpu_count() or 1
    limits = [allowed]
    if (quota := cgroup_cpus()) is not None:
        limits.append(math.ceil(quota))
    stated = os.environ.get("OMP_NUM_THREADS", "")
    if stated.isdecimal() and int(stated) > 0:
        # Launchers that run several jobs side by side state each one's share here.
        limits.append(int(stated))
    return max(1, min(limits))


def cgroup_cpus(proc: Path = _PROC, cgroups: Path = _CGROUPS) -> float | None:
    """CPUs that the cgroup (version 1 or 2) of this process may use, or None without a quota."""
    quotas = [quota for folder in _cgroup_folders(proc, cgroups) if (quota := _quota(folder)) is not None]
    return min(quotas, default=None)


def _cgroup_folders(proc: Path, cgroups: Path) -> Iterator[Path]:
    """The folders that limit this process: its own cgroup and each one above it."""
    try:
        lines = (proc / "self" / "cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        top = cgroups / controllers if controllers else cgroups
        # In a container the path may be the host's; the folders that do exist are then the mount's own.
        own = top / path.lstrip("/")
        yield own
        yield from (folder for folder in own.parents if folder == top or top in folder.parents)


def _quota(folder: Path) -> float | None:
    try:
        quota, period = (folder / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            quota = (folder / "cpu.cfs_quota_us").read_text().strip()
            period = (folder / "cpu.cfs_period_us").read_text().strip()
        except OSError:
            return None
    return int(quota) / int(period) if quota.isdecimal() and int(period) > 0 else None


def cpu_capability(cpuinfo: Path = _PROC / "cpuinfo") -> str:
    """Maker and instruction sets: they decide which kernels run, and so which bits come out."""
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return platform.machine() or "unknown"
    pairs = (line.partition(":") for line in reversed(lines))
    fields = {name.strip(): value.strip() for name, _, value in pairs}
    maker = {"AuthenticAMD": "AMD", "GenuineIntel": "Intel"}.get(fields.get("vendor_id", ""), "x86")
    flags = set(fields.get("flags", "").split())
    for name, needed in (
        ("AMX-BF16", {"amx_bf16", "avx512f"}),
        ("AVX512-BF16", {"avx512_bf16"}),
        ("AVX512", {"avx512f", "avx512bw", "avx512dq", "avx512vl"}),
        ("AVX2", {"avx2", "fma"}),
    ):
        if needed <= flags:
            return f"{maker} {name}"
    return platform.machine() or "unknown"


def best_precision(device: str, capability: str) -> Literal["fp32", "bf16"]:
    """bfloat16 only where it is faster (measured): on a GPU, with AMX, and on AMD's AVX512-BF16 (2 times).

    Elsewhere it is 1.6 to 10 times slower.
    """
    fast = device == "cuda" or capability.endswith("AMX-BF16") or capability == "AMD AVX512-BF16"
    return "bf16" if fast else "fp32"


def best_device() -> Literal["cpu", "cuda"]:
    """`cuda` when an NVIDIA driver and a torch that is no CPU build are there. The trainer verifies it."""
    if os.environ.get("CUDA_VISIBLE_DEVICES", "0").strip() in {"", "-1"}:
        return "cpu"
    if not (_PROC / "driver" / "nvidia" / "version").exists():
        return "cpu"
    try:
        return "cpu" if metadata.version("torch").endswith("+cpu") else "cuda"
    except metadata.PackageNotFoundError:
        return "cpu"
