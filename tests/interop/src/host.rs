//! The samples as services of the runtime: the drivers of core behind the least HTTP server that there can
//! be, so that other programs can call them.

mod serve;
mod service;

use crate::cases::description::WIRES;
use crate::peer::Peer;
use crate::samples;
use crate::tools::Tools;
use futures::executor::LocalPool;
use futures::task::LocalSpawnExt;
use serve::{Request, Response};
use service::Sample;
use sessionful::drive::{Connector, Exchange, HostBuilder, ManualClock, MemoryConnector, Network};
use sessionful::host::Endpoint;
use sessionful::{Behavior, Binding, Context, InstanceMode, Limits, Service};
use sessionful_wcf::soap::{Entity, Soap, Wire};
use sessionful_wcf::wsdl::{Description, export};
use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::OnceLock;
use std::thread;

/// What is served, beside the forms of text.
pub(crate) const FORMS: &[(&str, Wire)] = &[
    ("basic", Wire::BasicHttp),
    ("soap12", Wire::Soap12Http),
    ("ws", Wire::WsHttp),
    ("binary", Wire::BinaryHttp),
];

/// The address of the drivers' host, which begins to serve when it is first wanted.
pub(crate) fn address() -> Result<String, String> {
    static OURS: OnceLock<Result<String, String>> = OnceLock::new();
    OURS.get_or_init(start).clone()
}

/// Writes the descriptions of the samples, without addresses, as files; their folder.
pub(crate) fn write_descriptions(tools: &Tools) -> Result<PathBuf, String> {
    let folder = tools.path("wsdl");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    for sample in ["percall", "single", "types", "persession", "duplex"] {
        let description = samples::description(sample, "http://localhost", &[]);
        let wsdl = export(&description).map_err(|error| error.to_string())?;
        let file = folder.join(format!("host-{sample}.wsdl"));
        fs::write(file, wsdl).map_err(|error| error.to_string())?;
    }
    Ok(folder)
}

/// The package's host for Node.
pub(crate) fn node(tools: &Tools) -> Result<(Peer, String), String> {
    let folder = write_descriptions(tools)?;
    let mut peer = Peer::start(tools.node("host.mjs").arg(folder))?;
    let address = loop {
        let line = peer.line()?;
        if let Some(address) = line.strip_prefix("ready ") {
            break address.to_owned();
        }
    };
    Ok((peer, address))
}

/// `http://localhost:PORT/{percall|single|types}/{basic|soap12|ws|binary}`, and `?wsdl` of each sample. It
/// serves as long as the program runs; the result is its address.
fn start() -> Result<String, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let port = listener.local_addr().map_err(|error| error.to_string())?.port();
    let base = format!("http://localhost:{port}");
    let address = base.clone();
    thread::spawn(move || {
        let mut hosts = Hosts::new(&base);
        serve::serve(&listener, &mut |request| hosts.answer(request));
    });
    Ok(address)
}

/// Every host, by path, and the pool that runs their drivers.
struct Hosts {
    pool: LocalPool,
    hosts: BTreeMap<String, (Wire, MemoryConnector)>,
    descriptions: BTreeMap<String, Description>,
}

impl Hosts {
    fn new(base: &str) -> Hosts {
        let (pool, hosts, descriptions) = (LocalPool::new(), BTreeMap::new(), BTreeMap::new());
        let mut all = Hosts { pool, hosts, descriptions };
        for sample in ["percall", "single", "types"] {
            let description = samples::description(sample, base, WIRES);
            for (form, wire) in FORMS {
                all.open(&format!("/{sample}/{form}"), *wire, &description);
            }
            all.descriptions.insert(format!("/{sample}"), description);
        }
        all
    }

    fn open(&mut self, path: &str, wire: Wire, description: &Description) {
        let (clock, network) = (ManualClock::new(), Network::new(1));
        let contract = description.contracts[0].contract().unwrap();
        let endpoint =
            Endpoint { address: path.into(), contract: contract.into(), binding: Binding::fetch() };
        let single = path.starts_with("/single");
        let instancing = if single { InstanceMode::Single } else { InstanceMode::PerCall };
        let described = Rc::new(description.clone());
        let make = move |_: Option<&Context>| {
            Ok(Rc::new(Sample::new(Rc::clone(&described))) as Rc<dyn Service>)
        };
        let (host, driver) = HostBuilder::new()
            .endpoint(endpoint)
            .behavior(Behavior { instancing, ..Behavior::default() })
            .instances(make)
            .build(clock, network.acceptor(), Soap::host(wire, Limits::default()));
        self.pool.spawner().spawn_local(driver).unwrap();
        self.pool.run_until(host.open()).unwrap();
        self.hosts.insert(path.to_owned(), (wire, network.connector()));
    }

    fn answer(&mut self, request: Request) -> Response {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        if request.method == "GET" {
            // At each of a sample's addresses.
            let sample = path.rsplit_once('/').map_or(path, |(sample, _)| sample);
            let wanted =
                query.eq_ignore_ascii_case("wsdl") || query.eq_ignore_ascii_case("singleWsdl");
            return match self.descriptions.get(sample).filter(|_| wanted) {
                Some(description) => Response::xml(export(description).unwrap()),
                None => Response::empty(404),
            };
        }
        let Some((wire, connector)) = self.hosts.get(path) else { return Response::empty(404) };
        let content_type = request.header("content-type").unwrap_or_default().to_owned();
        if !wire.accepts(&content_type) {
            return Response::empty(415);
        }
        let soap_action =
            request.header("soapaction").map(|text| text.trim_matches('"').to_owned());
        let entity =
            Entity { status: 200, content_type, soap_action, body: request.body.clone().into() };
        let exchange = connector.exchange(path);
        match self.pool.run_until(exchange.send(entity.into_frame())) {
            Ok(Some(reply)) => Response::entity(Entity::from_frame(reply).unwrap()),
            Ok(None) => {
                // A one-way operation goes on after its answer.
                self.pool.run_until_stalled();
                Response::empty(202)
            }
            Err(_) => Response::empty(400),
        }
    }
}
