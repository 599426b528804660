//! All values of all sites are explained, and all outputs followed to their last byte.

use std::collections::BTreeMap;

use miniascape::diag::Sink;
use miniascape::explain::{GuestValues, Site};
use miniascape::files::Files;
use miniascape::layer::How;
use miniascape::render::{Selection, Trace, render, trace};
use miniascape::yaml::path::show;
use miniascape::{Request, load, load_with_layers};

use crate::support::{SITES, project};

fn request(dir: &str, file: Option<&str>) -> Request {
    Request {
        confdirs: vec![project(dir).join(file.unwrap_or("conf.d"))],
        tmpldirs: Vec::new(),
        connect: None,
        notes: false,
    }
}

/// Every value of every site is found by the path it is listed with, and what is written goes back to a layer that says
/// it there.
#[test]
fn every_leaf_can_be_asked_for() {
    for (dir, file) in SITES {
        let (mut files, mut sink) = (Files::default(), Sink::default());
        let loaded = load_with_layers(&request(dir, *file), &mut files, &mut sink);
        let (loaded, layers) = loaded.unwrap();
        let site = Site::new(&loaded, &layers, false, &mut files);
        for guest in &loaded.lab.guests {
            let values = GuestValues::new(&site, &guest.name, &mut files).unwrap();
            for path in values.leaves(&[]) {
                let shown = show(&path);
                let place = format!("{dir}: {} {shown}", guest.name);
                assert_eq!(values.find(&shown).as_ref(), Some(&path), "{place}");
                let explained = values.explain(&path);
                let origin = &explained.origin;
                assert!(origin.place.is_some() || origin.why.is_some(), "{place}");
                assert_eq!(explained.value, values.value(&path), "{place}");
                if origin.written.is_none() {
                    continue;
                }
                let last = explained.layers.last();
                let last = last.unwrap_or_else(|| panic!("{place} has no layers"));
                // What `~` brings back stands elsewhere, and what a rule made of a value says so itself.
                if origin.why.is_none() && last.how != How::Returned {
                    assert_eq!(Some(last.place), origin.place, "{place}");
                }
            }
        }
    }
}

/// Every file of every site is followed to the last byte.
#[test]
fn every_output_can_be_traced() {
    for (dir, file) in SITES {
        let request = request(dir, *file);
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
