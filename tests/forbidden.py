"""Addresses that no request may go to, and spellings that readers of URLs could disagree about."""


def _words(text: str) -> list[str]:
    return text.split()


ADDRESSES = _words("""
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.255.255.254
169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.9 192.0.2.1 192.88.99.1
192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1
239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1
64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::a00:1 100::1 100:0:0:1::1 2001::1 2001:2::1
2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a9fe:a9fe::1 2620:4f:8000::1 3fff::1 5f00::1
fc00::1 fd00:ec2::254 fdff::1 fe80::1 fe80::a9fe:a9fe febf::1 fec0::1 ff01::1 ff02::1 ff0e::1
4000::1 8000::1
""")
HOSTS = _words("""
2130706433 0x7f000001 017700000001 0177.0.0.1 0x7f.0.0.1 0x7f.1 127.1 127.0.1 10.1 0 0x0 00 1.2.3
127.0.0.1.. 127.0.0.256 127.0.0.1.5 127.0.0.08 \u0663.1.1.1 \u2460\u2461\u2466.\u24ea.\u24ea.\u2460
\uff11\uff12\uff17.0.0.1 127\u30020\u30020\u30021 %31%32%37.0.0.1 127.0.0.1%2f 127.0.0.1%00
[::1%25lo] [::ffff:127.0.0.1%lo] [v1.fe80] [::1]x [] . .. -.com a..b exa$mple.com
""")
URLS = _words("""
ftp://example.com/ file:///etc/passwd gopher://example.com:70/_ //example.com example.com
https:example.com https:///path https://?x https://user@example.com/ https://user:pass@example.com/
https://@example.com/ https://example.com@127.0.0.1/ https://example.com/#part
https://example.com/# https://example.com#@evil.com/ https://example.com\\@127.0.0.1/
https:\\\\127.0.0.1 https://example.com:0/ https://example.com:65536/ https://example.com:port/
https://example.com:-1/ javascript:alert(1) data:text/plain,x unix:///var/run/docker.sock
""")


def url_of(host: str, port: int = 443) -> str:
    """An https URL of an address or a spelling of one."""
    bracketed = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"https://{bracketed}:{port}/"
