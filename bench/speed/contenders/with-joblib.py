"""joblib.Memory for the speed bench: reads requests as lines of JSON, and answers each with the sum of what calls gave."""

import json
import sys

from joblib import Memory

directory, rows, text = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def value(id):
    return {
        "id": id,
        "text": "some text " * (text // 10),
        "rows": [{"row": row, "name": f"row {row} of {id}"} for row in range(rows)],
    }


cached = Memory(directory, verbose=0).cache(value)
print(json.dumps(0), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    first, entries, count = request["first"], request["entries"], request["count"]
    total = 0
    for call in range(first, first + count):
        total += cached(call % entries if entries else call)["id"]
    print(json.dumps(total), flush=True)
