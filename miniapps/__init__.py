"""The mini-apps that ship with Inthread. Each is a plugin like any third party's and imports
nothing of the product but `inthread.spi`."""
