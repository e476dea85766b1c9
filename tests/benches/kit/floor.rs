//! The least that a call between two tasks can cost: a frame to a task through a bounded queue, and
//! one back.

use super::BODY;
use bytes::Bytes;
use futures::channel::mpsc;
use futures::executor::LocalPool;
use futures::task::LocalSpawnExt;
use futures::{SinkExt, StreamExt};

pub(crate) struct Floor {
    pool: LocalPool,
    there: mpsc::Sender<Bytes>,
    back: mpsc::Receiver<Bytes>,
}

impl Floor {
    pub(crate) fn new() -> Floor {
        let (there, mut requests) = mpsc::channel::<Bytes>(128);
        let (mut replies, back) = mpsc::channel(128);
        let pool = LocalPool::new();
        let echo = async move {
            while let Some(request) = requests.next().await {
                if replies.send(request).await.is_err() {
                    return;
                }
            }
        };
        pool.spawner().spawn_local(echo).expect("spawned");
        Floor { pool, there, back }
    }

    pub(crate) fn round_trips(&mut self, count: usize) {
        let Floor { pool, there, back } = self;
        pool.run_until(async {
            for _ in 0..count {
                there.send(Bytes::from_static(BODY)).await.expect("sent");
                back.next().await.expect("an answer");
            }
        });
    }
}
