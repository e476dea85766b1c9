//! Harness, reference models and corpus loader.
