"""Writes a tar the way bundles are written, byte for byte. GNU tar's own differ from version to
version (1.35 leaves the device numbers of a file empty), and a bundle that is written otherwise is
refused before a test of anything else in it begins.

usage: ustar.py ARCHIVE FILE...
"""
import sys


def header(name, size):
    block = bytearray(512)
    fields = [(0, name.encode()), (100, b"0000644"), (108, b"0000000"), (116, b"0000000"),
              (124, b"%011o" % size), (136, b"0" * 11), (148, b" " * 8), (156, b"0"),
              (257, b"ustar\x0000"), (329, b"0000000"), (337, b"0000000")]
    for at, text in fields:
        block[at:at + len(text)] = text
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


with open(sys.argv[1], "wb") as archive:
    for name in sys.argv[2:]:
        content = open(name, "rb").read()
        archive.write(header(name, len(content)) + content + bytes(-len(content) % 512))
    archive.write(bytes(1024))
