"""`flask divisions import`."""

from __future__ import annotations

from tests import cast
from tests.divisions import packages
from training_app.divisions import service


def test_the_command_prints_what_it_did(app):
    runner = app.test_cli_runner()
    first = runner.invoke(args=["divisions", "import"])
    assert first.exit_code == 0 and " 0 changed" in first.output
    assert runner.invoke(args=["divisions", "import"]).output == "divisions: 0 added, 0 changed, 2762 unchanged\n"


def test_the_command_names_each_bad_line_and_fails(app, tmp_path):
    file = tmp_path / "bad.csv"
    file.write_text("code,name,level,parent\n1,x,city,\n")
    answer = app.test_cli_runner().invoke(args=["divisions", "import", str(file)])
    assert answer.exit_code == 1 and "Line 2" in answer.output and "Nothing was changed" in answer.output


def test_the_command_takes_the_folder_of_the_national_tree(app, tmp_path):
    folder = packages.write(tmp_path / "dist")
    runner = app.test_cli_runner()
    first = runner.invoke(args=["divisions", "import", str(folder)])
    assert first.output == "divisions: 15 added, 0 changed, 0 unchanged\n"
    assert runner.invoke(args=["divisions", "import", str(folder)]).output.startswith("divisions: 0 added")


def test_the_command_says_when_a_folder_is_another_one(app, tmp_path):
    answer = app.test_cli_runner().invoke(args=["divisions", "import", str(tmp_path)])
    assert answer.exit_code == 1 and "provinces.csv" in answer.output


def test_the_command_lets_a_subdistrict_go_with_its_communities(app, now, tmp_path):
    file = tmp_path / "mapping.csv"
    lines = [f"{d.code},350502009{d.code[9:]},{d.name}" for d in service.communities([cast.KAIYUAN])]
    file.write_text("old,new,name\n" + "\n".join(lines) + "\n", encoding="utf-8")
    arguments = ["divisions", "succeed", cast.KAIYUAN, "350502009", "--on", "2026-06-01", "--name", "新城街道"]
    refused = app.test_cli_runner().invoke(args=arguments)
    assert refused.exit_code == 1 and "Say where each goes" in refused.output
    answer = app.test_cli_runner().invoke(args=[*arguments, "--communities", str(file)])
    assert answer.output == f"divisions taken over: {len(lines) + 1}; posts that went on: 3, that ended: 0\n"
