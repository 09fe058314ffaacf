# Generated from openapi/np6-events.yaml by `make codegen`; do not edit.
"""The example events of the spec."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from .kinds import EventKind

__all__ = ["EXAMPLES"]

EXAMPLES: Final[Mapping[EventKind, tuple[dict[str, Any], ...]]] = MappingProxyType(
    {
        EventKind.EXECUTIONS: (
            {
                "type": "execution",
                "id": "6b1f0a52-6f0e-4c57-9d0b-5a3c1c8e7f01",
                "timestamp": 1614089582000,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "execution": {
                            "id": 156,
                            "version": "0f8e2d5c-3a41-4b5e-8a6f-71c0d9b2e301",
                            "kind": "application",
                            "recipient": {
                                "type": "footprint",
                                "id": "000R4M0T",
                                "unicity": "reader-1@example.com",
                                "hash": "0441619ab4631d18548aa8835dd2c28b",
                            },
                            "data": {
                                "title": "Your order has shipped",
                                "badge": 1,
                                "deeplink": "shop://orders/1042",
                            },
                            "stamp": {
                                "time": 1614089576625,
                                "id": "d52055cd-e854-4177-8ef5-b10fd8d568a7",
                                "thread": "a3078b19-b379-4bc2-b29a-e8229a9c9332",
                                "set": "5f0c7e0e-1a52-4c0a-93f0-2a7e6a8f4b10",
                            },
                        }
                    },
                },
            },
            {
                "type": "execution",
                "id": "0c2b9f6e-9a3d-4e0c-8a51-3c5d7b1f8a02",
                "timestamp": 1614089583104,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "execution": {
                            "id": 156,
                            "version": "0f8e2d5c-3a41-4b5e-8a6f-71c0d9b2e301",
                            "kind": "application",
                            "recipient": {"type": "id", "value": "0013KDC8"},
                            "data": {},
                            "stamp": {
                                "time": 1614089577001,
                                "id": "1d7a4c5e-0b8f-4a39-b6c2-9e1f0d3a5b02",
                                "thread": "6e8b1f2a-7c4d-4d0e-9b5a-2f3c1e0d8a02",
                                "set": "5f0c7e0e-1a52-4c0a-93f0-2a7e6a8f4b10",
                            },
                        }
                    },
                },
            },
            {
                "type": "execution",
                "id": "9e4d7a10-5b2c-4f8e-b3d6-0a1c2e3f4b03",
                "timestamp": 1614089584250,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "execution": {
                            "id": 156,
                            "version": "0f8e2d5c-3a41-4b5e-8a6f-71c0d9b2e301",
                            "kind": "application",
                            "recipient": {
                                "type": "hash",
                                "value": "9f86d081884c7d659a2feaa0c55ad015",
                            },
                            "data": {"title": "Your order has shipped"},
                            "stamp": {
                                "time": 1614089578120,
                                "id": "2f9b6d3c-4e1a-4c7b-8d05-6a7f8e9c0b03",
                                "thread": "7c1d2e3f-8a9b-4c0d-a1e2-3f4a5b6c7d03",
                            },
                        }
                    },
                },
            },
            {
                "type": "execution",
                "id": "3a5f8c2e-1d7b-4b6a-9c0e-8f2d4a6b1c04",
                "timestamp": 1614089585333,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "execution": {
                            "id": 156,
                            "kind": "application",
                            "recipient": {
                                "type": "unicity",
                                "value": ["reader-4@example.com", "FR"],
                            },
                            "data": {
                                "title": "Your order has shipped",
                                "items": [{"sku": "A-1", "quantity": 2}],
                            },
                            "stamp": {
                                "time": 1614089579444,
                                "id": "4b0c8e5d-6f2a-4d9c-9e17-7b8c9d0e1f04",
                            },
                        }
                    },
                },
            },
            {
                "type": "execution",
                "id": "b7c1e9d4-8f3a-4e2b-a6d5-1c0f9e8d7b05",
                "timestamp": 1614089586417,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "execution": {
                            "id": 156,
                            "version": "0f8e2d5c-3a41-4b5e-8a6f-71c0d9b2e301",
                            "kind": "application",
                            "recipient": {
                                "type": "contact",
                                "value": {
                                    "type": "footprint",
                                    "id": "000R4M1A",
                                    "unicity": "reader-5@example.com",
                                    "hash": "5d41402abc4b2a76b9719d911017c592",
                                },
                            },
                            "data": {"title": "Your order has shipped"},
                            "stamp": {
                                "time": 1614089580555,
                                "id": "5c1d9f6e-7a3b-4e0d-8f28-8c9d0e1f2a05",
                                "thread": "8d2e3f4a-9b0c-4d1e-b2f3-4a5b6c7d8e05",
                                "set": "5f0c7e0e-1a52-4c0a-93f0-2a7e6a8f4b10",
                            },
                        }
                    },
                },
            },
            {
                "id": "e2d0c8b6-4a5f-4c3e-8b7d-6f1a9c0e2d06",
                "timestamp": 1614089587502,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "execution": {
                            "id": 156,
                            "kind": "application",
                            "recipient": {"type": "id", "value": "0013KDC9"},
                            "stamp": {"time": 1614089581666},
                        }
                    },
                },
            },
            {
                "type": "execution",
                "id": "f3e1d9c7-5b6a-4d4f-9c8e-7a2b0d1f3e07",
                "timestamp": 1614089588611,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "email",
                    "detail": {
                        "execution": {
                            "id": "000PE4",
                            "version": "2c4e6a8b-0d1f-4e3a-8b5c-9d7f1e3a5b07",
                            "kind": "message",
                            "recipient": {"type": "unicity", "value": ["reader-7@example.com"]},
                            "data": {},
                            "stamp": {
                                "time": 1614089582777,
                                "id": "6d2e0a7f-8b4c-4f1e-9a39-9d0e1f2a3b07",
                            },
                        }
                    },
                },
            },
            {
                "type": "execution",
                "id": "04f2e0d8-6c7b-4e5a-8d9f-8b3c1e2a4f08",
                "timestamp": 1614089589720,
                "identity": {"type": "customer"},
                "source": {"type": "notification"},
            },
        ),
        EventKind.CANCELLATIONS: (
            {
                "type": "cancellation",
                "id": "1a7c5e3d-9b8f-4a6c-8e0d-2f4b6d8a0c11",
                "timestamp": 1614089590100,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "execution": {
                            "id": 156,
                            "version": "0f8e2d5c-3a41-4b5e-8a6f-71c0d9b2e301",
                            "kind": "application",
                            "recipient": {
                                "type": "footprint",
                                "id": "000R4M0T",
                                "unicity": "reader-1@example.com",
                                "hash": "0441619ab4631d18548aa8835dd2c28b",
                            },
                            "data": {"title": "Your order has shipped"},
                            "stamp": {
                                "time": 1614089584100,
                                "id": "7e3f1b8a-9c5d-4a2f-8b40-0e1f2a3b4c11",
                                "thread": "9e3f4a5b-0c1d-4e2f-83a4-5b6c7d8e9f11",
                                "set": "5f0c7e0e-1a52-4c0a-93f0-2a7e6a8f4b10",
                            },
                        },
                        "cancellation": {
                            "type": "user defined policy",
                            "value": {
                                "type": "render",
                                "message": "The template refers to an unknown field",
                            },
                        },
                    },
                },
            },
            {
                "type": "cancellation",
                "id": "2b8d6f4e-0c9a-4b7d-9f1e-3a5c7e9b1d12",
                "timestamp": 1614089591200,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "execution": {
                            "id": 156,
                            "version": "0f8e2d5c-3a41-4b5e-8a6f-71c0d9b2e301",
                            "kind": "application",
                            "recipient": {"type": "id", "value": "0013KDC8"},
                            "data": {},
                            "stamp": {
                                "time": 1614089585200,
                                "id": "8f4a2c9b-0d6e-4b3a-9c51-1f2a3b4c5d12",
                            },
                        },
                        "cancellation": {
                            "type": "user defined policy",
                            "value": {"type": "pressure"},
                        },
                    },
                },
            },
            {
                "type": "cancellation",
                "id": "3c9e7a5f-1d0b-4c8e-8a2f-4b6d8f0c2e13",
                "timestamp": 1614089592300,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "execution": {
                            "id": 156,
                            "kind": "application",
                            "recipient": {
                                "type": "hash",
                                "value": "9f86d081884c7d659a2feaa0c55ad015",
                            },
                            "stamp": {"time": 1614089586300},
                        },
                        "cancellation": {"type": "unreachable"},
                    },
                },
            },
            {
                "type": "cancellation",
                "id": "4d0f8b6a-2e1c-4d9f-9b3a-5c7e9a1d3f14",
                "timestamp": 1614089593400,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "execution": {
                            "id": 156,
                            "version": "0f8e2d5c-3a41-4b5e-8a6f-71c0d9b2e301",
                            "kind": "application",
                            "recipient": {"type": "unicity", "value": ["reader-4@example.com"]},
                            "data": {"title": "Your order has shipped"},
                        },
                        "cancellation": {
                            "type": "user defined policy",
                            "value": {"type": "render", "message": "The message is empty"},
                        },
                    },
                },
            },
            {
                "type": "cancellation",
                "id": "5e1a9c7b-3f2d-4e0a-8c4b-6d8f0b2e4a15",
                "timestamp": 1614089594500,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "execution": {
                            "id": 156,
                            "version": "0f8e2d5c-3a41-4b5e-8a6f-71c0d9b2e301",
                            "kind": "application",
                            "recipient": {
                                "type": "contact",
                                "value": {"type": "id", "value": "0013KDD1"},
                            },
                            "data": {},
                        },
                        "cancellation": {
                            "type": "user defined policy",
                            "value": {"type": "optout", "message": "The contact has opted out"},
                        },
                    },
                },
            },
            {
                "id": "6f2b0d8c-4a3e-4f1b-9d5c-7e9a1c3f5b16",
                "timestamp": 1614089595600,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "execution": {
                            "id": 156,
                            "kind": "application",
                            "recipient": {"type": "id", "value": "0013KDC9"},
                        },
                        "cancellation": {
                            "type": "user defined policy",
                            "value": {
                                "type": "render",
                                "message": "The template refers to an unknown field",
                            },
                        },
                    },
                },
            },
            {
                "type": "cancellation",
                "id": "7a3c1e9d-5b4f-4a2c-8e6d-8f0b2d4a6c17",
                "timestamp": 1614089596700,
                "identity": {"type": "customer"},
                "source": {"type": "notification"},
            },
        ),
        EventKind.BOUNCES: (
            {
                "type": "bounce",
                "id": "8b4d2f0e-6c5a-4b3d-9f7e-9a1c3e5b7d21",
                "timestamp": 1614089600100,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "activation": {
                            "id": 156,
                            "version": "0f8e2d5c-3a41-4b5e-8a6f-71c0d9b2e301",
                            "kind": "application",
                            "receiver": {
                                "type": "footprint",
                                "id": "000R4M0T",
                                "unicity": "reader-1@example.com",
                                "hash": "0441619ab4631d18548aa8835dd2c28b",
                            },
                            "stamp": {
                                "time": 1614089594100,
                                "id": "9a5b3d0c-1e7f-4c4b-8d62-2a3b4c5d6e21",
                                "thread": "af4a5b6c-1d2e-4f3a-94b5-6c7d8e9fa021",
                                "set": "5f0c7e0e-1a52-4c0a-93f0-2a7e6a8f4b10",
                            },
                            "recipient": "device-token-1",
                        },
                        "bounce": {
                            "status": {
                                "type": "sync",
                                "code": {"enhanced": "5.1.1"},
                                "diagnostic": "The registration token is not registered",
                                "mta": "push.example.com",
                            },
                            "analysis": {
                                "verdict": "hard",
                                "subject": {
                                    "type": "address",
                                    "detail": {"type": "bad destination address"},
                                },
                            },
                        },
                    },
                },
            },
            {
                "type": "bounce",
                "id": "9c5e3a1f-7d6b-4c4e-8a8f-0b2d4f6c8e22",
                "timestamp": 1614089601200,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "activation": {
                            "id": 156,
                            "version": "0f8e2d5c-3a41-4b5e-8a6f-71c0d9b2e301",
                            "kind": "application",
                            "receiver": {"type": "id", "value": "0013KDC8"},
                            "stamp": {
                                "time": 1614089595200,
                                "id": "ab6c4e1d-2f8a-4d5c-9e73-3b4c5d6e7f22",
                                "thread": "b05b6c7d-2e3f-4a4b-85c6-7d8e9fa0b122",
                            },
                            "recipient": "device-token-2",
                        },
                        "bounce": {
                            "status": {
                                "type": "sync",
                                "code": {"enhanced": "5.4.4"},
                                "diagnostic": "Unable to route",
                                "mta": "",
                            },
                            "analysis": {
                                "verdict": "soft",
                                "subject": {
                                    "type": "other or undefined status",
                                    "detail": {"type": "other undefined status"},
                                },
                            },
                        },
                    },
                },
            },
            {
                "type": "bounce",
                "id": "ad6f4b2a-8e7c-4d5f-9b9a-1c3e5a7d9f23",
                "timestamp": 1614089602300,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "activation": {
                            "id": 156,
                            "kind": "application",
                            "receiver": {
                                "type": "hash",
                                "value": "9f86d081884c7d659a2feaa0c55ad015",
                            },
                            "stamp": {"time": 1614089596300},
                            "recipient": "device-token-3",
                        },
                        "bounce": {
                            "status": {"type": "async", "diagnostic": "Quota exceeded"},
                            "analysis": {"verdict": "soft"},
                        },
                    },
                },
            },
            {
                "type": "bounce",
                "id": "be7a5c3b-9f8d-4e6a-8cab-2d4f6b8e0a24",
                "timestamp": 1614089603400,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "activation": {
                            "id": 156,
                            "version": "0f8e2d5c-3a41-4b5e-8a6f-71c0d9b2e301",
                            "kind": "application",
                            "receiver": {
                                "type": "unicity",
                                "value": ["reader-4@example.com", "FR"],
                            },
                            "recipient": "device-token-4",
                        },
                        "bounce": {
                            "status": {
                                "type": "sync",
                                "code": {"enhanced": "5.1.2"},
                                "diagnostic": "The application was removed",
                                "mta": "push.example.com",
                            },
                            "analysis": {
                                "verdict": "hard",
                                "subject": {
                                    "type": "address",
                                    "detail": {"type": "bad destination system address"},
                                },
                            },
                        },
                    },
                },
            },
            {
                "type": "bounce",
                "id": "cf8b6d4c-0a9e-4f7b-9dbc-3e5a7c9f1b25",
                "timestamp": 1614089604500,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "activation": {
                            "id": 156,
                            "version": "0f8e2d5c-3a41-4b5e-8a6f-71c0d9b2e301",
                            "kind": "application",
                            "receiver": {
                                "type": "contact",
                                "value": {
                                    "type": "hash",
                                    "value": "5d41402abc4b2a76b9719d911017c592",
                                },
                            },
                            "recipient": "device-token-5",
                        },
                        "bounce": {
                            "status": {
                                "type": "sync",
                                "code": {"enhanced": "4.4.1"},
                                "diagnostic": "The service did not answer",
                            },
                            "analysis": {"verdict": "soft", "subject": {"type": "network"}},
                        },
                    },
                },
            },
            {
                "id": "d09c7e5d-1baf-4a8c-8ecd-4f6b8d0a2c26",
                "timestamp": 1614089605600,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "notification",
                    "detail": {
                        "activation": {
                            "id": 156,
                            "kind": "application",
                            "recipient": "device-token-6",
                        },
                        "bounce": {
                            "status": {
                                "type": "sync",
                                "code": {"enhanced": "5.4.4"},
                                "diagnostic": "Unable to route",
                                "mta": "",
                            },
                            "analysis": {"verdict": "hard", "subject": {"type": "address"}},
                        },
                    },
                },
            },
            {
                "type": "bounce",
                "id": "e1ad8f6e-2cb0-4b9d-9fde-5a7c9e1b3d27",
                "timestamp": 1614089606700,
                "identity": {"type": "customer", "agency": "DEMO", "customer": "028"},
                "source": {
                    "type": "email",
                    "detail": {
                        "activation": {
                            "id": "000PE4",
                            "kind": "message",
                            "receiver": {"type": "id", "value": "0013KDD2"},
                            "recipient": "reader-7@example.com",
                        },
                        "bounce": {
                            "status": {
                                "type": "async",
                                "code": {"enhanced": "5.2.2"},
                                "diagnostic": "The mailbox is full",
                            },
                            "analysis": {
                                "verdict": "soft",
                                "subject": {"type": "mailbox", "detail": {"type": "mailbox full"}},
                            },
                        },
                    },
                },
            },
            {
                "type": "bounce",
                "id": "f2be9a7f-3dc1-4cae-8aef-6b8d0f2c4e28",
                "timestamp": 1614089607800,
                "identity": {"type": "customer"},
                "source": {"type": "notification"},
            },
        ),
    }
)
"""The events in the example responses of the spec, by kind. Copy an event before changing it."""
