//! What is in a file: pieces of text, many of them shared with other files.

use std::io::{self, IoSlice, Write};
use std::sync::Arc;

use crate::secret::{Secrets, has_shape};

/// The bytes of a file, as pieces.
///
/// Most of a guest's files is the same for all guests of its kind. Such pieces are kept once, however many files they
/// are in.
#[derive(Clone, Debug, Default)]
pub struct Content(Vec<Piece>);

/// Bytes that several files may share.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    bytes: Bytes,
    /// Whether a secret is in them that shows by its form.
    shows_secret: bool,
}

#[derive(Clone, Debug)]
enum Bytes {
    /// One file's.
    Own(Box<str>),
    /// Those of any number of files.
    Shared(Arc<[u8]>),
}

/// Text of one file, which is searched for what is a secret by its form.
impl From<String> for Piece {
    fn from(text: String) -> Self {
        Self {
            shows_secret: has_shape(&text),
            bytes: Bytes::Own(text.into()),
        }
    }
}

impl Piece {
    /// Makes a piece of text that nothing secret went into.
    pub(super) fn plain(text: String) -> Self {
        Self {
            shows_secret: false,
            bytes: Bytes::Own(text.into()),
        }
    }

    /// Returns the bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Own(text) => text.as_bytes(),
            Bytes::Shared(bytes) => bytes,
        }
    }

    /// Returns several pieces as one, which costs nothing to copy.
    pub(super) fn join(pieces: &[Self]) -> Self {
        let bytes: Vec<&[u8]> = pieces.iter().map(Self::bytes).collect();
        Self {
            bytes: Bytes::Shared(bytes.concat().into()),
            shows_secret: pieces.iter().any(|piece| piece.shows_secret),
        }
    }

    /// Returns a piece that costs nothing to copy.
    pub(super) fn shared(self) -> Self {
        Self {
            bytes: Bytes::Shared(match self.bytes {
                Bytes::Own(text) => text.into_boxed_bytes().into(),
                Bytes::Shared(bytes) => bytes,
            }),
            ..self
        }
    }
}

/// Bytes that are judged elsewhere.
impl From<Arc<[u8]>> for Piece {
    fn from(bytes: Arc<[u8]>) -> Self {
        Self {
            bytes: Bytes::Shared(bytes),
            shows_secret: false,
        }
    }
}

impl Content {
    /// Adds a piece.
    pub(super) fn push(&mut self, piece: Piece) {
        if !piece.bytes().is_empty() {
            self.0.push(piece);
        }
    }

    /// Returns whether one of `secrets` is in the content, or something that is a secret by its form.
    pub(super) fn holds_secret(&self, secrets: &Secrets) -> bool {
        self.0.iter().any(|piece| piece.shows_secret)
            || !secrets.is_empty() && secrets.are_in_bytes(&self.to_vec())
    }

    /// Returns the pieces in their order; none is empty.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Piece::bytes)
    }

    /// Returns how many bytes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pieces().map(<[u8]>::len).sum()
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether these are the bytes.
    #[must_use]
    pub fn is(&self, bytes: &[u8]) -> bool {
        let mut rest = Some(bytes);
        for piece in self.pieces() {
            rest = rest.and_then(|rest| rest.strip_prefix(piece));
        }
        rest.is_some_and(<[u8]>::is_empty)
    }

    /// Returns the bytes in one piece.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len());
        self.pieces().for_each(|piece| bytes.extend(piece));
        bytes
    }

    /// Writes the bytes to `out`, as many pieces at once as it takes.
    ///
    /// # Errors
    /// Returns the error of `out`.
    pub fn write_to(&self, out: &mut impl Write) -> io::Result<()> {
        let mut slices: Vec<IoSlice<'_>> = self.pieces().map(IoSlice::new).collect();
        let mut rest = slices.as_mut_slice();
        while !rest.is_empty() {
            match out.write_vectored(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut rest, written),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        let mut content = Self::default();
        content.push(text.into());
        content
    }
}

impl From<Arc<[u8]>> for Content {
    fn from(bytes: Arc<[u8]>) -> Self {
        let mut content = Self::default();
        content.push(bytes.into());
        content
    }
}

#[cfg(test)]
mod tests {
    use super::Content;

    #[test]
    fn pieces_make_one_content() {
        let mut content = Content::default();
        for piece in ["ab", "", "c"] {
            content.push(piece.to_owned().into());
        }
        assert_eq!((content.len(), content.to_vec()), (3, b"abc".to_vec()));
        assert!(content.is(b"abc") && !content.is(b"ab") && !content.is(b"abcd"));
        let mut out = Vec::new();
        content.write_to(&mut out).unwrap();
        assert_eq!(out, b"abc");
        assert!(Content::default().is(b"") && Content::default().is_empty());
    }
}
