# SPDX-License-Identifier: GPL-3.0-or-later
"""Configurations of the web servers, to be filled in by web.py."""

NGINX = """
daemon off; user www-data; worker_processes 1; pid /srv/nginx.pid; error_log /srv/error.log crit;
events {{ worker_connections 512; }}
http {{
    access_log off; server_tokens {tokens}; client_max_body_size 32m; default_type application/octet-stream;
    types {{ text/html html; application/vnd.apple.mpegurl m3u8; video/mp2t ts; }}
    client_body_temp_path /srv/body; proxy_temp_path /srv/proxy; fastcgi_temp_path /srv/f;
    uwsgi_temp_path /srv/u; scgi_temp_path /srv/s;
    keepalive_timeout {keepalive}; keepalive_requests {requests}; gzip {gzip}; gzip_types application/json text/plain;
    sendfile on; tcp_nopush {nopush};
    upstream app {{ server 127.0.0.1:{app}; keepalive 4; }}
    server {{
        {listens}
        ssl_certificate {chain}; ssl_certificate_key {key}; ssl_protocols {versions};
        ssl_session_tickets {tickets}; ssl_session_cache {cache}; ssl_buffer_size {buffer};
        root /srv/www;
        location ~ ^/({static})(/|$) {{ }}
        location / {{
            proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
            proxy_read_timeout 60s;
        }}
    }}
}}
"""

LIGHTTPD = """
server.modules = ("mod_{module}", "mod_proxy", "mod_access")
server.username = "www-data"
server.groupname = "www-data"
server.document-root = "/srv/www"
server.bind = "0.0.0.0"
server.port = {plain}
server.errorlog = "/srv/tmp/error.log"
server.pid-file = "/srv/tmp/lighttpd.pid"
server.upload-dirs = ("/srv/tmp")
server.tag = "{tag}"
server.max-keep-alive-idle = {keepalive}
server.max-keep-alive-requests = {requests}
server.feature-flags = ("server.h2proto" => "{http2}", "server.h2c" => "disable")
mimetype.assign = (".m3u8" => "application/vnd.apple.mpegurl", ".ts" => "video/mp2t", "" => "application/octet-stream")
ssl.pemfile = "{chain}"
ssl.privkey = "{key}"
ssl.openssl.ssl-conf-cmd = ({limits})
$SERVER["socket"] == "0.0.0.0:{port}" {{ ssl.engine = "enable" }}
{listens6}
$HTTP["url"] !~ "^/({static})(/|$)" {{
    proxy.server = ("" => (("host" => "127.0.0.1", "port" => {app})))
}}
"""

APACHE = """
ServerRoot /srv
ServerName {name}
PidFile /srv/apache.pid
DefaultRuntimeDir /srv
Mutex file:/srv
ErrorLog /srv/error.log
LogLevel crit
User www-data
Group www-data
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule socache_shmcb_module /usr/lib/apache2/modules/mod_socache_shmcb.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
LoadModule http2_module /usr/lib/apache2/modules/mod_http2.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
StartServers 1
ServerLimit 2
ThreadsPerChild 16
MaxRequestWorkers 32
MinSpareThreads 2
MaxSpareThreads 16
Protocols {protocols}
KeepAlive On
KeepAliveTimeout {keepalive}
MaxKeepAliveRequests {requests}
ServerTokens {tokens}
FileETag {etag}
{listens}
DocumentRoot /srv/www
<Directory />
    Require all granted
</Directory>
ProxyPassMatch "^/({static})(/|$)" "!"
ProxyPass "/" "http://127.0.0.1:{app}/" retry=0
SSLSessionCache shmcb:/srv/ssl-cache(64000)
SSLSessionTickets {tickets}
<VirtualHost *:{plain}>
</VirtualHost>
<VirtualHost *:{port}>
    SSLEngine on
    SSLCertificateFile {chain}
    SSLCertificateKeyFile {key}
    SSLProtocol -all {versions}
</VirtualHost>
"""
