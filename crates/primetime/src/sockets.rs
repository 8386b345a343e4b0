//! Listening sockets that somebody else holds open: several processes accept from one, and are replaced without a gap.

use std::net::TcpListener;

use rustix::net::sockopt::socket_acceptconn;

use crate::{
    ambient,
    failed::{Doing, Failed},
};

/// What was inherited; what was not is opened by the address in the configuration.
#[derive(Debug, Default)]
pub struct Sockets {
    /// For viewers, instead of `http.listen`.
    pub http: Option<TcpListener>,
    /// For health and metrics, instead of `http.ops_listen`.
    pub ops: Option<TcpListener>,
}

impl Sockets {
    /// Takes what this process inherited. To be called once, before there are threads.
    pub fn inherit() -> Result<Self, Failed> {
        Self::named(
            ambient::inherited().doing(|| "take the listening sockets that LISTEN_FDS speaks of".into())?,
        )
    }

    /// By name; a single socket is the viewers', whatever its name: systemd calls it as its unit.
    fn named(sockets: Vec<(String, TcpListener)>) -> Result<Self, Failed> {
        let mut named = Self::default();
        let only = sockets.len() == 1;
        for (name, socket) in sockets {
            if !socket_acceptconn(&socket).doing(|| format!("look at the inherited socket `{name}`"))? {
                return Err(Failed::new(format!(
                    "the inherited socket `{name}` does not listen: a socket unit needs ListenStream= and Accept=no"
                )));
            }
            let place = match name.as_str() {
                "ops" => &mut named.ops,
                name if name == "http" || only => &mut named.http,
                _ => {
                    return Err(Failed::new(format!(
                        "the inherited socket `{name}` is for nothing: name them http and ops (LISTEN_FDNAMES, FileDescriptorName=)"
                    )));
                }
            };
            if place.replace(socket).is_some() {
                return Err(Failed::new(format!("two inherited sockets are called `{name}`: one is enough")));
            }
        }
        Ok(named)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{net::TcpStream, os::fd::OwnedFd};

    use super::*;

    fn named(names: &[&str]) -> Result<(bool, bool), String> {
        let socket = |name: &&str| ((*name).to_owned(), TcpListener::bind("127.0.0.1:0").unwrap());
        let named = Sockets::named(names.iter().map(socket).collect());
        named.map(|s| (s.http.is_some(), s.ops.is_some())).map_err(|failed| failed.to_string())
    }

    #[test]
    fn sockets_are_known_by_name_and_one_alone_is_the_viewers() {
        assert_eq!(named(&[]), Ok((false, false)));
        for alone in ["", "primetime.socket", "http"] {
            assert_eq!(named(&[alone]), Ok((true, false)), "{alone}");
        }
        assert_eq!(named(&["ops"]), Ok((false, true)));
        assert_eq!(named(&["http", "ops"]), Ok((true, true)));
        assert_eq!(named(&["ops", "http"]), Ok((true, true)));
        assert!(named(&["http", "grpc"]).unwrap_err().contains("`grpc` is for nothing"));
        assert!(named(&["http", "http"]).unwrap_err().contains("two"));
    }

    #[test]
    fn a_connection_is_no_listening_socket() {
        let there = TcpListener::bind("127.0.0.1:0").unwrap();
        let connected: OwnedFd = TcpStream::connect(there.local_addr().unwrap()).unwrap().into();
        let refused = Sockets::named(vec![("http".into(), connected.into())]).unwrap_err().to_string();
        assert!(refused.contains("Accept=no"), "{refused}");
    }
}
