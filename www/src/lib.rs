//! The playground: proxies, channels, sessions and instances, drawn from the running runtime.
//!
//! | module      | idea                                                              |
//! |-------------|-------------------------------------------------------------------|
//! | [`samples`] | three small services                                              |
//! | [`lane`]    | each of them with its proxy and its host: what is drawn in a row  |
//! | [`demo`]    | what happens when nobody touches anything                         |
//! | [`state`]   | what the page knows: records folded into a picture, results       |
//! | [`log`]     | the journal, in order of time, filtered                           |
//! | [`flight`]  | messages on their way                                             |
//! | [`words`]   | events and errors in words                                        |
//! | [`hosting`] | the worker: hosts for the three services                          |
//! | [`engine`]  | the page: proxies for them, and what the buttons do               |
//! | [`view`]    | the state as HTML                                                 |
//!
//! All but the last three are plain data and are tested without a browser.

pub mod demo;
pub mod engine;
pub mod flight;
pub mod hosting;
pub mod lane;
pub mod log;
pub mod samples;
pub mod state;
pub mod view;
pub mod words;
