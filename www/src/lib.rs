//! The playground: proxies, channels, sessions and instances, drawn from the running runtime.
//!
//! | module      | idea                                                              |
//! |-------------|-------------------------------------------------------------------|
//! | [`run`]     | what a view sees of a run, wherever it comes from                 |
//! | [`history`], [`flights`], [`timeline`], [`cast`] | its parts                  |
//! | [`act`], [`offers`] | what a visitor can do, and why not                      |
//! | [`simulated`], [`plan`] | runs in virtual time, with branches                 |
//! | [`config`], [`scenarios`] | what runs; guided scenarios                       |
//! | [`map`]     | a map for few entries, which is little code                        |
//! | [`matrix`]  | 18 cells, run and compared                                         |
//! | [`lint`], [`share`], [`snippet`] | notices; links; code that sets up what is configured |
//! | [`explain`] | rules in a sentence each                                          |
//! | [`lane`]    | the services of live runs, each with its proxy and its host       |
//! | [`scene`]   | where everything stands on the stage                              |
//! | [`state`]   | how the run is looked at, and what every order does               |
//! | [`words`]   | events and errors in words                                        |
//! | [`live`]    | runs of the npm package: proxies here, hosts in a worker or elsewhere |
//! | [`view`]    | the state as HTML                                                 |
//!
//! All but the last two are plain data and are tested without a browser.

pub mod act;
pub mod cast;
pub mod config;
pub mod explain;
pub mod flights;
pub mod history;
pub mod lane;
pub mod lint;
pub mod live;
pub mod map;
pub mod matrix;
pub mod offers;
pub mod plan;
pub mod run;
pub mod scenarios;
pub mod scene;
pub mod share;
pub mod simulated;
pub mod snippet;
pub mod state;
pub mod timeline;
pub mod view;
pub mod words;
