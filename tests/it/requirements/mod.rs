//! `tests/requirements.md` says of every MUST of the protocol which test proves it, or why none has to. This keeps it true.

mod sources;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The numbers of the requirements that are a MUST.
const MUSTS: [u16; 136] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30, 31,
    34, 35, 37, 38, 40, 41, 42, 43, 44, 46, 48, 49, 50, 51, 53, 54, 55, 58, 61, 62, 63, 64, 66, 67, 68, 69,
    71, 73, 74, 76, 78, 80, 81, 83, 84, 85, 89, 90, 91, 96, 97, 101, 102, 106, 107, 108, 110, 112, 113, 114,
    116, 117, 118, 122, 129, 130, 132, 133, 134, 135, 137, 138, 139, 140, 142, 144, 145, 146, 150, 151, 153,
    154, 156, 157, 158, 159, 160, 161, 162, 163, 164, 165, 166, 167, 169, 170, 171, 172, 173, 175, 176, 177,
    178, 180, 181, 182, 183, 188, 189, 192, 194, 196, 197, 201, 205, 206, 207, 211,
];

/// The MUSTs that may still be open. Nothing is added here: what lands takes its number away.
const OPEN: [u16; 0] = [];

/// The chapters of the table, by what the last column of their rows has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chapter {
    /// The tests, in backticks.
    Proved,
    /// Why nothing here can break it.
    Elsewhere,
    /// What is missing.
    Open,
}

#[derive(Debug)]
struct Row<'a> {
    chapter: Chapter,
    number: u16,
    requirement: &'a str,
    last: &'a str,
}

#[test]
fn every_must_has_a_test_or_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("requirements.md")).unwrap();
    let tests = sources::tests(&root.join(".."));
    assert_eq!(faults(&text, &tests, &OPEN), [""; 0]);
}

/// The judge itself: each fault that it is there for is one.
#[test]
fn a_table_with_faults_is_refused() {
    let tests = BTreeSet::from(["rest::a".to_owned()]);
    const OPEN: [u16; 2] = [34, 35];
    let faults = |text: &str, tests: &BTreeSet<String>| faults(text, tests, &OPEN);
    let rows = MUSTS.iter().filter(|number| !OPEN.contains(number) && **number != 1);
    let rows: String = rows.map(|number| format!("| P-{number:03} | x | `rest::a` |\n")).collect();
    let open: String = OPEN.iter().map(|number| format!("| P-{number:03} | x | not yet: y |\n")).collect();
    let table = |first: &str, elsewhere: &str, open: &str| {
        format!("## Proved\n{first}\n{rows}## Elsewhere\n{elsewhere}\n## Open\n{open}")
    };
    let good = table("| P-001 | x | `rest::a`, `rest::a` |", "", &open);
    assert_eq!(faults(&good, &tests), [""; 0]);
    let good = table("", "| P-001 | x | a client's matter |", &open);
    assert_eq!(faults(&good, &tests), [""; 0]);
    for (bad, fault) in [
        (table("", "", &open), "P-001 is missing"),
        (table("| P-001 | x | `rest::b` |", "", &open), "there is no test `rest::b`"),
        (table("| P-001 | x | |", "", &open), "P-001 names no test"),
        (table("| P-001 | x | by hand |", "", &open), "P-001 names no test"),
        (table("| P-001 | x | `rest::a` or so |", "", &open), "P-001 names no test"),
        (table("| P-001 | | `rest::a` |", "", &open), "P-001 says nothing"),
        (table("| P-001 | x | `rest::a` |", "| P-001 | x | why |", &open), "P-001 stands there twice"),
        (table("", "| P-001 | x | |", &open), "P-001 gives no reason"),
        (table("", "| P-001 | x | not yet: z |", &open), "P-001 gives no reason"),
        (table("", "", &format!("{open}| P-001 | x | not yet: z |")), "P-001 may not be open"),
        (
            table("| P-001 | x | `rest::a` |", "", &open.replace("not yet: ", "")),
            "does not say what is missing",
        ),
        (table("| P-001 | x | `rest::a` |\n| P-011 | x | `rest::a` |", "", &open), "P-011 is no MUST"),
        (table("| P-001 | x | `rest::a` |\n| P-1x | x | `rest::a` |", "", &open), "is no row"),
        (table("| P-001 | x | `rest::a` | y |", "", &open), "is no row"),
        (good.replacen("## Elsewhere", "## Somewhere", 1), "is no chapter"),
    ] {
        let faults = faults(&bad, &tests);
        assert!(faults.iter().any(|found| found.contains(fault)), "{fault}: {faults:?}");
    }
}

/// What is wrong with the table.
fn faults(text: &str, tests: &BTreeSet<String>, open: &[u16]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    let mut chapter = None;
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            chapter = self::chapter(title);
            if chapter.is_none() {
                faults.push(format!("`{title}` is no chapter"));
            }
        } else if line.starts_with("| P-") {
            match chapter.and_then(|chapter| row(chapter, line)) {
                Some(row) => {
                    faults.extend(fault(&row, tests, open));
                    if !seen.insert(row.number) {
                        faults.push(format!("P-{:03} stands there twice", row.number));
                    }
                }
                None => faults.push(format!("`{line}` is no row")),
            }
        }
    }
    let missing = MUSTS.iter().filter(|number| !seen.contains(number));
    faults.extend(missing.map(|number| format!("P-{number:03} is missing")));
    faults
}

fn chapter(title: &str) -> Option<Chapter> {
    match title {
        "Proved" => Some(Chapter::Proved),
        "Elsewhere" => Some(Chapter::Elsewhere),
        "Open" => Some(Chapter::Open),
        _ => None,
    }
}

fn row(chapter: Chapter, line: &str) -> Option<Row<'_>> {
    let cells: Vec<_> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
    let [number, requirement, last] = cells[..] else { return None };
    let number = number.strip_prefix("P-")?.parse().ok()?;
    Some(Row { chapter, number, requirement, last })
}

/// What is wrong with a row by itself.
fn fault(row: &Row<'_>, tests: &BTreeSet<String>, open: &[u16]) -> Option<String> {
    let number = format!("P-{:03}", row.number);
    if !MUSTS.contains(&row.number) {
        return Some(format!("{number} is no MUST"));
    }
    if row.requirement.is_empty() {
        return Some(format!("{number} says nothing"));
    }
    match row.chapter {
        Chapter::Proved => {
            let names = row.last.split(", ").map(|name| name.strip_prefix('`')?.strip_suffix('`'));
            let Some(names) = names.collect::<Option<Vec<_>>>() else {
                return Some(format!("{number} names no test: {}", row.last));
            };
            let unknown = names.into_iter().find(|name| !tests.contains(*name))?;
            Some(format!("{number}: there is no test `{unknown}`"))
        }
        Chapter::Elsewhere if row.last.is_empty() || row.last.starts_with("not yet") => {
            Some(format!("{number} gives no reason: it belongs under Open"))
        }
        Chapter::Open if !open.contains(&row.number) => Some(format!("{number} may not be open")),
        Chapter::Open if !row.last.starts_with("not yet: ") => {
            Some(format!("{number} does not say what is missing"))
        }
        Chapter::Elsewhere | Chapter::Open => None,
    }
}
