//! The scenarios of `driver`, word for word, over SOAP as text and as binary XML: what holds for
//! sessions over our own encodings holds over WCF's. And then over mappings that are wrong on
//! purpose, each of which some scenario must notice.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "the helpers of a test are tests too")]
#![allow(clippy::duplicate_mod, reason = "the same scenarios run over every wire")]

#[path = "soap/mapping.rs"]
mod mapping;

#[path = "driver"]
mod over_text {
    mod kit;
    mod wire {
        use crate::mapping;
        use sessionful::Codec;
        use sessionful_wcf::soap::Wire;

        pub(crate) fn client() -> impl Codec + Send {
            mapping::client(Wire::SocketText)
        }

        pub(crate) fn host() -> impl Codec + Send {
            mapping::host(Wire::SocketText)
        }
    }

    mod callbacks;
    mod calls;
    mod ends;
    mod hosting;
    pub(crate) mod sessions;
}

#[path = "driver"]
mod over_binary {
    mod kit;
    mod wire {
        use crate::mapping;
        use sessionful::Codec;
        use sessionful_wcf::soap::Wire;

        pub(crate) fn client() -> impl Codec + Send {
            mapping::client(Wire::SocketBinary)
        }

        pub(crate) fn host() -> impl Codec + Send {
            mapping::host(Wire::SocketBinary)
        }
    }

    mod callbacks;
    mod ends;
    mod hosting;
    pub(crate) mod sessions;
}

/// Without a session there is no dictionary to share: calls without one have a form of their own.
#[path = "driver"]
#[allow(dead_code, reason = "one part of the scenarios needs one part of the kit")]
mod over_http {
    mod kit;
    mod wire {
        use crate::mapping;
        use sessionful::Codec;
        use sessionful_wcf::soap::Wire;

        pub(crate) fn client() -> impl Codec + Send {
            mapping::client(Wire::BinaryHttp)
        }

        pub(crate) fn host() -> impl Codec + Send {
            mapping::host(Wire::BinaryHttp)
        }
    }

    mod calls;
}

#[path = "soap/broken.rs"]
mod broken;
