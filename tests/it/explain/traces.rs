//! Outputs are followed to their last byte.

use std::collections::BTreeMap;

use miniascape::diag::Sink;
use miniascape::files::Files;
use miniascape::render::{Selection, Trace, render, trace};
use miniascape::{Request, load};

use crate::support::{SITES, project};

/// Every file of every site is followed to the last byte.
#[test]
fn every_output_can_be_traced() {
    for (dir, file) in SITES {
        let site = project(dir).join(file.unwrap_or("conf.d"));
        let request = Request {
            confdirs: vec![site],
            tmpldirs: Vec::new(),
            connect: None,
            notes: false,
        };
        let (mut files, mut sink) = (Files::default(), Sink::default());
        let loaded = load(&request, &mut files, &mut sink).unwrap();
        let (engine, payloads) = (&loaded.engine, &loaded.payloads);
        let selection = Selection::all();
        let sources = &files.sources;
        let outputs = render(
            &loaded.lab,
            engine,
            payloads,
            &selection,
            sources,
            &mut sink,
        );
        // Of the files of one name the longest will do.
        let mut longest: BTreeMap<String, (String, String)> = BTreeMap::new();
        for output in outputs {
            let Ok(text) = String::from_utf8(output.content.to_vec()) else {
                continue;
            };
            let name = output.path.rsplit('/').next().unwrap().to_owned();
            let known = longest.entry(name).or_default();
            if known.1.len() <= text.len() {
                *known = (output.path, text);
            }
        }
        for (path, text) in longest.into_values() {
            let traced = trace(&path, &text, &loaded.lab, engine, payloads, sources);
            let traced = traced.unwrap_or_else(|| panic!("{dir}: {}", path));
            if let Trace::Templates(pieces) = traced {
                let mut at = 0;
                for piece in pieces {
                    assert_eq!(piece.range.start, at, "{dir}: {}", path);
                    at = piece.range.end;
                }
                assert_eq!(at, text.len(), "{dir}: {}", path);
            }
        }
    }
}
