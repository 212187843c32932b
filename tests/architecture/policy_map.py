"""Write docs/policy-map.md, and say which rows could be called built: `python -m tests.architecture.policy_map`."""

from tests.architecture.policy import DOCUMENT, document, rows

if __name__ == "__main__":
    DOCUMENT.write_text(document())
    for row in rows():
        if row.state == "not yet" and not row.faults():
            print(f'{row.id}: all its names are there; set state = "built" in policy/{row.part}.toml')
        if row.state == "built":
            for fault in row.faults():
                print(f"{row.id}: {fault}")
