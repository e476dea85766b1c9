//! A session over a `MessagePort`, in a browser.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod kit;

use bytes::Bytes;
use futures::{FutureExt, SinkExt, StreamExt};
use kit::{count_listeners, garbage, listeners, pass, ports, tuple, within};
use sessionful::Frame;
use sessionful::drive::PipeError;
use sessionful_web::pipe::PortPipe;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn pipes() -> (PortPipe, PortPipe) {
    let (near, far) = ports();
    (PortPipe::new(near), PortPipe::new(far))
}

fn text(text: &str) -> Frame {
    Frame::Text(text.into())
}

#[wasm_bindgen_test]
async fn text_and_bytes_travel_both_ways_in_order() {
    let (mut near, mut far) = pipes();
    let bytes = Frame::Bytes(Bytes::from_static(b"\0\xFF"));
    near.send(text("first é")).await.unwrap();
    near.send(bytes.clone()).await.unwrap();
    near.send(Frame::Bytes(Bytes::new())).await.unwrap();
    far.send(text("")).await.unwrap();
    assert_eq!(within(far.next()).await, Some(Ok(text("first é"))));
    assert_eq!(within(far.next()).await, Some(Ok(bytes)));
    assert_eq!(within(far.next()).await, Some(Ok(Frame::Bytes(Bytes::new()))));
    assert_eq!(within(near.next()).await, Some(Ok(text(""))));
}

#[wasm_bindgen_test]
async fn one_direction_ends_and_the_other_goes_on() {
    let (mut near, mut far) = pipes();
    near.send(text("last")).await.unwrap();
    near.close().await.unwrap();
    assert_eq!(within(far.next()).await, Some(Ok(text("last"))));
    assert_eq!(within(far.next()).await, None);
    assert!(near.send(text("more")).await.is_err());
    far.send(text("still here")).await.unwrap();
    far.close().await.unwrap();
    drop(far);
    assert_eq!(within(near.next()).await, Some(Ok(text("still here"))));
    assert_eq!(within(near.next()).await, None);
}

#[wasm_bindgen_test]
async fn dropping_an_open_pipe_cuts_it() {
    let (mut near, far) = pipes();
    drop(far);
    let cut = within(near.next()).await;
    assert!(matches!(cut, Some(Err(PipeError::Broken(_)))), "{cut:?}");
    assert_eq!(within(near.next()).await, None);
    assert!(matches!(near.send(text("x")).await, Err(PipeError::Broken(_))));
}

#[wasm_bindgen_test]
async fn what_was_sent_before_a_cut_still_arrives() {
    let (mut near, mut far) = pipes();
    far.send(text("before")).await.unwrap();
    drop(far);
    pass().await;
    assert_eq!(within(near.next()).await, Some(Ok(text("before"))));
    assert!(matches!(within(near.next()).await, Some(Err(PipeError::Broken(_)))));
}

#[wasm_bindgen_test]
async fn garbage_is_a_typed_error() {
    for value in garbage() {
        let (near, far) = ports();
        let mut near = PortPipe::new(near);
        far.post_message(&value).unwrap();
        let heard = within(near.next()).await;
        assert!(matches!(heard, Some(Err(PipeError::Garbled(_)))), "{value:?}: {heard:?}");
    }
}

#[wasm_bindgen_test]
async fn a_peer_that_does_not_keep_the_agreement_is_cut_off() {
    let breaches: [&[JsValue]; 3] =
        [&[JsValue::NULL, JsValue::NULL], &[1.into()], &[JsValue::NULL, "after the end".into()]];
    for breach in breaches {
        let (near, far) = ports();
        let mut near = PortPipe::new(near);
        breach.iter().for_each(|value| far.post_message(value).unwrap());
        pass().await;
        let sent = near.send(text("x")).await;
        assert!(matches!(sent, Err(PipeError::Garbled(_))), "{breach:?}: {sent:?}");
    }
    let (near, far) = ports();
    let mut near = PortPipe::new(near);
    (0..300).for_each(|_| far.post_message(&"flood".into()).unwrap());
    pass().await;
    for _ in 0..256 {
        assert!(matches!(within(near.next()).await, Some(Ok(_))));
    }
    assert!(matches!(within(near.next()).await, Some(Err(PipeError::Garbled(_)))));
}

#[wasm_bindgen_test]
async fn a_sender_waits_for_its_receiver() {
    let (mut near, mut far) = pipes();
    for number in 0..256 {
        near.feed(text(&number.to_string())).await.unwrap();
    }
    pass().await;
    assert!(near.feed(text("one too many")).now_or_never().is_none());
    for _ in 0..64 {
        assert!(matches!(within(far.next()).await, Some(Ok(_))));
    }
    within(near.feed(text("256"))).await.unwrap();
    for number in 64..257 {
        assert_eq!(within(far.next()).await, Some(Ok(text(&number.to_string()))));
    }
}

#[wasm_bindgen_test]
async fn a_reason_for_a_cut_is_told() {
    let (near, far) = ports();
    let mut near = PortPipe::new(near);
    far.post_message(&tuple("abort", &["maintenance".into()])).unwrap();
    assert_eq!(within(near.next()).await, Some(Err(PipeError::Broken("maintenance".into()))));
}

#[wasm_bindgen_test]
async fn two_hundred_pipes_leave_no_listener() {
    count_listeners();
    let before = listeners();
    for round in 0..200 {
        let (mut near, mut far) = pipes();
        near.send(text("hi")).await.unwrap();
        assert_eq!(within(far.next()).await, Some(Ok(text("hi"))));
        if round % 2 == 0 {
            near.close().await.unwrap();
            far.close().await.unwrap();
        }
    }
    assert_eq!(listeners(), before);
}
