"""Labels as other tools write them: Label Studio, doccano, Argilla and Prodigy; in and out without loss.

Label Studio's is one JSON list, the others are JSON lines. Whatever the shape, a choice is the code of a type,
`noise:CODE`, `none` or `unsure`; a mention without choices is a task that nobody has answered yet.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

Shape = Literal["label-studio", "doccano", "argilla", "prodigy"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
QUESTION = "types"


class ShapeError(ValueError):
    """A file that is not of the shape it is said to be; the text says where."""


@dataclass(frozen=True)
class Task:
    """A mention as it goes to a person, and what people said: choices by labeller."""

    item: str
    text: str
    client: str
    answers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Said:
    """One person's choices for one mention, and where in the file they stand."""

    place: str
    item: str
    labeller: str
    choices: tuple[str, ...]


def write_tasks(tasks: Sequence[Task], shape: Shape, options: Sequence[str]) -> str:
    """The content of a file of a shape; `options` are all choices there are."""
    if shape == "label-studio":
        return json.dumps([_to_label_studio(task) for task in tasks], ensure_ascii=False, indent=1) + "\n"
    rows = [row for task in tasks for row in _WRITERS[shape](task, options)]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def read_tasks(content: str, shape: Shape, labeller: str) -> list[Said]:
    """What people said in a file of a shape; `labeller` is meant where the file does not say who. Raises ShapeError."""
    found: list[Said] = []
    for place, row in _rows(content, shape):
        try:
            found += _READERS[shape](place, row, labeller)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise ShapeError(f"{place}: is not of the shape {shape} ({type(error).__name__}: {error})") from None
    return found


def _rows(content: str, shape: Shape) -> Iterable[tuple[str, Any]]:
    try:
        if shape == "label-studio":
            rows = json.loads(content)
            if not isinstance(rows, list):
                raise ShapeError("is no JSON list; export it from Label Studio as JSON")
            return [(f"task {n}", row) for n, row in enumerate(rows, 1)]
        lines = [(n, line) for n, line in enumerate(content.split("\n"), 1) if line.strip()]
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, ShapeError) else ShapeError(f"is not JSON ({error})") from None
    return [(f"line {n}", _line(n, line)) for n, line in lines]


def _line(number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ShapeError(f"line {number}: is not JSON ({error})") from None


def _to_label_studio(task: Task) -> dict[str, Any]:
    annotations = [
        {
            "completed_by": {"email": labeller},
            "result": [
                {"from_name": QUESTION, "to_name": "text", "type": "choices", "value": {"choices": list(given)}}
            ],
        }
        for labeller, given in task.answers.items()
    ]
    return {"data": {"item": task.item, "client": task.client, "text": task.text}, "annotations": annotations}


def _from_label_studio(place: str, row: Any, labeller: str) -> list[Said]:
    found = []
    for annotation in row.get("annotations", ()):
        if annotation.get("was_cancelled"):
            continue
        by = annotation.get("completed_by")
        who = by.get("email") if isinstance(by, dict) else by
        given = [c for part in annotation["result"] if part["type"] == "choices" for c in part["value"]["choices"]]
        if given:
            found.append(Said(place, row["data"]["item"], str(who or labeller), tuple(given)))
    return found


def _to_doccano(task: Task, _: Sequence[str]) -> list[dict[str, Any]]:
    shown = {"text": task.text, "item": task.item, "client": task.client}
    return [shown | {"label": list(g), "annotator": who} for who, g in task.answers.items()] or [shown | {"label": []}]


def _from_doccano(place: str, row: Any, labeller: str) -> list[Said]:
    given = tuple(row["label"])
    return [Said(place, row["item"], row.get("annotator") or labeller, given)] if given else []


def _to_argilla(task: Task, _: Sequence[str]) -> list[dict[str, Any]]:
    responses = {QUESTION: [{"value": list(given), "user_id": who} for who, given in task.answers.items()]}
    return [
        {
            "id": task.item,
            "fields": {"text": task.text},
            "metadata": {"client": task.client},
            "suggestions": {},
            "responses": responses if task.answers else {},
        }
    ]


def _from_argilla(place: str, row: Any, labeller: str) -> list[Said]:
    responses = (row.get("responses") or {}).get(QUESTION, ())
    return [
        Said(place, row["id"], str(response.get("user_id") or labeller), tuple(response["value"]))
        for response in responses
        if response.get("status", "submitted") == "submitted" and response["value"]
    ]


def _to_prodigy(task: Task, options: Sequence[str]) -> list[dict[str, Any]]:
    shown: dict[str, Any] = {
        "text": task.text,
        "options": [{"id": option, "text": option} for option in options],
        "meta": {"item": task.item, "client": task.client},
    }
    answered = [shown | {"accept": list(g), "answer": "accept", "_annotator_id": w} for w, g in task.answers.items()]
    return answered or [shown]


def _from_prodigy(place: str, row: Any, labeller: str) -> list[Said]:
    given = tuple(row.get("accept", ()))
    if row.get("answer") != "accept" or not given:
        return []
    return [Said(place, row["meta"]["item"], row.get("_annotator_id") or labeller, given)]


_WRITERS: Mapping[str, Callable[[Task, Sequence[str]], list[dict[str, Any]]]] = {
    "doccano": _to_doccano,
    "argilla": _to_argilla,
    "prodigy": _to_prodigy,
}
_READERS: Mapping[str, Callable[[str, Any, str], list[Said]]] = {
    "label-studio": _from_label_studio,
    "doccano": _from_doccano,
    "argilla": _from_argilla,
    "prodigy": _from_prodigy,
}
