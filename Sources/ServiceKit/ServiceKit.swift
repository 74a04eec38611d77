import Configuration
import Crypto
import Hummingbird
import Logging
import ServiceLifecycle
