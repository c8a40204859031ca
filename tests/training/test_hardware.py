"""Threads and precision follow what the machine really allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.local.hardware import best_precision, cgroup_cpus, cpu_capability, usable_threads


def write(path: Path, text: str) -> None:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("cgroup", "files", "cpus"),
    [
        ("0::/\n", {"cpu.max": "150000 100000\n"}, 1.5),
        ("0::/\n", {"cpu.max": "max 100000\n"}, None),
        ("0::/a/b\n", {"cpu.max": "400000 100000\n", "a/b/cpu.max": "50000 100000\n"}, 0.5),
        ("0::/a/b\n", {"a/cpu.max": "200000 100000\n", "a/b/cpu.max": "max 100000\n"}, 2.0),
        (
            "4:cpu,cpuacct:/x\n0::/\n",
            {"cpu,cpuacct/x/cpu.cfs_quota_us": "300000\n", "cpu,cpuacct/x/cpu.cfs_period_us": "100000\n"},
            3.0,
        ),
        (
            "4:cpu,cpuacct:/x\n",
            {"cpu,cpuacct/cpu.cfs_quota_us": "-1\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n"},
            None,
        ),
        ("", {}, None),
    ],
)
def test_the_least_quota_above_the_process_counts(
    tmp_path: Path, cgroup: str, files: dict[str, str], cpus: float | None
) -> None:
    """Versions 1 and 2, nested groups, no quota at all."""
    write(tmp_path / "proc" / "self" / "cgroup", cgroup)
    for name, text in files.items():
        write(tmp_path / "cg" / name, text)
    assert cgroup_cpus(tmp_path / "proc", tmp_path / "cg") == cpus


def test_a_launcher_can_state_each_jobs_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """`OMP_NUM_THREADS` lowers the number, nothing raises it above what is allowed."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    allowed = usable_threads()
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert usable_threads() == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "4096")
    assert usable_threads() == allowed


@pytest.mark.parametrize(
    ("maker", "flags", "capability", "precision"),
    [
        ("GenuineIntel", "fma avx2 avx512f avx512_bf16 amx_bf16", "Intel AMX-BF16", "bf16"),
        ("GenuineIntel", "fma avx2 avx512f avx512_bf16", "Intel AVX512-BF16", "fp32"),
        ("AuthenticAMD", "fma avx2 avx512f avx512_bf16", "AMD AVX512-BF16", "bf16"),
        ("AuthenticAMD", "fma avx2", "AMD AVX2", "fp32"),
    ],
)
def test_bfloat16_only_where_it_is_faster(
    tmp_path: Path, maker: str, flags: str, capability: str, precision: str
) -> None:
    """A processor without fast units for it would be slower, not faster."""
    write(tmp_path / "cpuinfo", f"processor : 0\nvendor_id : {maker}\nflags\t\t: {flags}\n")
    assert cpu_capability(tmp_path / "cpuinfo") == capability
    assert best_precision("cpu", capability) == precision
    assert best_precision("cuda", capability) == "bf16"
