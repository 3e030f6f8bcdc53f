"""A small folder like the npm package's dist: a nation of two provinces with what is peculiar in the real one."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "provinces.csv": 'code,name\n44,"广东省"\n46,"海南省"\n',
    "cities.csv": 'code,name,provinceCode\n4401,"广州市",44\n4419,"东莞市",44\n4690,"省直辖县级行政区划",46\n',
    "areas.csv": (
        'code,name,cityCode,provinceCode\n440103,"荔湾区",4401,44\n441900,"东莞市",4419,44\n469001,"五指山市",4690,46\n'
    ),
    "streets.csv": (
        "code,name,areaCode,provinceCode,cityCode\n"
        '440103001,"沙面街道",440103,44,4401\n441900003,"东城街道",441900,44,4419\n469001100,"通什镇",469001,46,4690\n'
    ),
    "villages.csv": (
        "code,name,streetCode,provinceCode,cityCode,areaCode\n"
        '440103001001,"翠洲社区居委会",440103001,44,4401,440103\n'
        '440103001002,"沙面大街7号院社区居委会",440103001,44,4401,440103\n'
        '441900003001,"岗贝社区居委会",441900003,44,4419,441900\n'
        '469001100001,"番赛村委会",469001100,46,4690,469001\n'
    ),
}
#: Rows of all files.
SIZE = 15


def write(folder: Path, **changed: str) -> Path:
    """Write the package into a folder; `changed` has other contents for some files: `villages="…"`."""
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(changed.get(name.removesuffix(".csv"), text), encoding="utf-8")
    return folder
