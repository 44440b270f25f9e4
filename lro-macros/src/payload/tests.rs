//! The derive's output, and its mistakes.
