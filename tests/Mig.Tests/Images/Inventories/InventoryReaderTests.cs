using Mig.Machines.Inventories;
using Mig.Machines.Inventories.Systems;
using Mig.Testing;

namespace Mig.Tests.Images.Inventories;

/// <summary>What an inventory says of a machine besides its package databases, and that it is kept.</summary>
public sealed class InventoryReaderTests : IDisposable
{
    private readonly MachineRoot _machine = new();

    [Fact]
    public void SystemIsRead()
    {
        _machine.Write("usr/lib/os-release",
            "PRETTY_NAME=\"Debian \\\"12\\\"\"\nID=debian\nVERSION_ID='12'\nVERSION_CODENAME=bookworm\nID_LIKE=\"a b\"\n# ID=no\n");
        _machine.Write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nbroken line\nwww:x:33:34::/var/www:/usr/sbin/nologin\n");
        _machine.Write("usr/lib/modules/6.1.0-9-amd64/modules.dep", "");
        _machine.Write("boot/vmlinuz-6.1.0-18-amd64", "x");
        _machine.Write("boot/vmlinuz-old", "x");
        _machine.Write("usr/sbin/sshd", "x");
        _machine.Write("etc/ssh/sshd_config",
            "#Port 1\nPort 22\n  listenaddress 10.0.0.1\nPort 2222\nListenAddress [::1]:99\nInclude sshd_config.d/*.conf\nMatch User x\n "
            + "Port 7\n");
        _machine.Write("etc/ssh/sshd_config.d/a.conf", "ListenAddress=fe80::1 # here\n");
        _machine.Write("etc/ssh/sshd_config.d/b.off", "ListenAddress 10.9.9.9\n");
        _machine.Write("usr/lib/systemd/system/docker.socket", "[Socket]\nListenStream=/run/docker.sock\n");
        _machine.Write("usr/lib/systemd/system/ssh.service", "[Service]\nExecStart=/usr/sbin/sshd\n");
        _machine.Write("usr/lib/systemd/system/dbus.socket", "[Socket]\nListenStream=/run/dbus\n");
        _machine.Write("usr/lib/systemd/system/masked.socket", "[Socket]\nListenStream=/run/masked\n");
        _machine.Write("etc/systemd/system/dbus.socket.d/x.conf", "[Socket]\nListenStream=\nListenStream=/run/other\n");
        _machine.Write("etc/nginx/nginx.conf",
            "http { include sites-enabled/*; server { listen 8080 ssl http2; listen [::]; listen unix:/run/n; } server { server_name x; } "
            + "}\nstream { server { listen 53 udp; } }\n");
        _machine.Write("etc/nginx/sites-enabled/default",
            "server {\n\tlisten 80 default_server; # here\n location / { return 200 \"listen 9;\"; }\n}\n");
        _machine.Write("etc/nginx/conf.d/not-included.conf", "server { listen 666; }\n");
        _machine.Run("""
            ln -s ../usr/lib/os-release etc/os-release
            ln -s usr/lib lib
            mkdir -p etc/systemd/system/multi-user.target.wants etc/systemd/system/sockets.target.wants
            ln -s /usr/lib/systemd/system/ssh.service etc/systemd/system/multi-user.target.wants/ssh.service
            ln -s /usr/lib/systemd/system/docker.socket etc/systemd/system/sockets.target.wants/docker.socket
            ln -s /usr/lib/systemd/system/gone.service etc/systemd/system/multi-user.target.wants/gone.service
            mkdir -p usr/lib/systemd/system/sockets.target.wants
            ln -s ../dbus.socket usr/lib/systemd/system/sockets.target.wants/dbus.socket
            ln -s ../masked.socket usr/lib/systemd/system/sockets.target.wants/masked.socket
            ln -s /dev/null etc/systemd/system/masked.socket
            """);
        Inventory inventory = _machine.CommitAndTake();
        OsRelease release = Assert.IsType<OsRelease>(inventory.Release);
        Assert.Equal(("debian", "12", "bookworm", "Debian \"12\""), (release.Id, release.VersionId, release.Codename, release.PrettyName));
        Assert.Equal(["a", "b"], release.IdLike);
        Assert.Equal([new UserAccount("root", 0, 0, "/root", "/bin/bash"), new UserAccount("www", 33, 34, "/var/www", "/usr/sbin/nologin")],
            inventory.Users);
        Assert.Equal(["6.1.0-18-amd64", "6.1.0-9-amd64"], inventory.Kernels);
        Assert.Equal([new EnabledUnit("docker.socket", "sockets.target"), new EnabledUnit("ssh.service", "multi-user.target")],
            inventory.Units);
        Assert.Equal(
            ["sshd 10.0.0.1:22", "sshd 10.0.0.1:2222", "sshd [::1]:99", "sshd [fe80::1]:22", "sshd [fe80::1]:2222",
                "docker.socket /run/docker.sock", "dbus.socket /run/other", "nginx 80", "nginx 8080", "nginx [::]:80", "nginx unix:/run/n",
                "nginx 80", "nginx 53"],
            inventory.Listeners.Select(listener => $"{listener.Service} {listener.Address}"));
    }

    // Configuration that is spread over files, folders, templates and vendors.
    [Fact]
    public void ListenersAreFoundWhereverTheyAreWritten()
    {
        _machine.Write("etc/os-release", "ID=x\n");
        _machine.Write("etc/nginx/nginx.conf", "http { include sites/*/nginx.conf; include [a-c]*.inc; include odd/.hidden*; }\n");
        _machine.Write("etc/nginx/sites/one/nginx.conf",
            "server { include snippets/listen.conf; set $x ${y}z; server_name one; }\nserver { include snippets/listen.conf; server_name "
            + "two; }\n");
        _machine.Write("etc/nginx/snippets/listen.conf", "listen 8443 ssl;\n");
        _machine.Write("etc/nginx/b.inc", "server { listen 81; }\n");
        _machine.Write("etc/nginx/d.inc", "server { listen 82; }\n");
        _machine.Write("etc/nginx/.c.inc", "server { listen 83; }\n");
        _machine.Write("etc/nginx/odd/.hidden.conf", "server { listen 84; }\n");
        _machine.Write("usr/bin/sshd", "x");
        _machine.Write("usr/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nListenAddress \"10.0.0.1\"\n");
        _machine.Write("etc/ssh/sshd_config.d/port.conf", "Port \"2222\"\n");
        _machine.Write("usr/lib/systemd/system/inst@.socket", "[Socket]\nListenStream=/run/%i.sock\n");
        _machine.Write("usr/local/lib/systemd/system/inst@.socket.d/more.conf", "[Socket]\nListenStream=%i\n");
        _machine.Write("etc/systemd/system/sockets.target.wants/.keep", "");
        _machine.Run("ln -s /usr/lib/systemd/system/inst@.socket etc/systemd/system/sockets.target.wants/inst@7000.socket");
        Assert.Equal(
            ["sshd 10.0.0.1:2222", "inst@7000.socket /run/7000.sock", "inst@7000.socket 7000", "nginx 8443", "nginx 81", "nginx 84"],
            _machine.CommitAndTake().Listeners.Select(listener => $"{listener.Service} {listener.Address}"));
    }

    // What tools of these languages lay out in other ways than most.
    [Fact]
    public void LanguagePackagesOfOtherLayouts()
    {
        _machine.Write("etc/os-release", "ID=x\n");
        _machine.Write("opt/py/site-packages/unpacked-1.0-py3.11.egg/EGG-INFO/PKG-INFO",
            "Metadata-Version: 1.0\r\nName: unpacked\r\nVersion: 1.0\r\n\r\nName: no\r\n");
        _machine.Run("""
            mkdir -p opt/jars $work/zip/META-INF; cd $work/zip
            printf 'Manifest-Version: 1.0\r\n' > META-INF/MANIFEST.MF
            for name in spring-webmvc-5.3.17.jar spring-security-core-5.6.1.jar kotlin-stdlib-1.4.10.jar kafka_2.13-3.1.0.jar poi-5.2.0.jar pointless-1.0.jar netty-codec-http-4.1.59.Final.jar fastjson-1.2.80.jar plugin-1.2.hpi ra-3.1.rar; do
              zip -q $name -r META-INF; mv $name $root/opt/jars
            done
            """);
        Assert.Equal(
            ["com.alibaba:fastjson 1.2.80", "io.netty:netty-codec-http 4.1.59.Final", "org.apache.kafka:kafka_2.13 3.1.0",
                "org.apache.poi:poi 5.2.0", "org.jetbrains.kotlin:kotlin-stdlib 1.4.10",
                "org.springframework.security:spring-security-core 5.6.1", "org.springframework:spring-webmvc 5.3.17", "plugin:plugin 1.2",
                "pointless:pointless 1.0", "ra:ra 3.1", "unpacked 1.0"],
            _machine.CommitAndTake().Packages.Select(package => $"{package.Name} {package.Version}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void UnitsAreThoseThatSystemctlCallsEnabled()
    {
        foreach (string name in (string[])["plain", "masked", "idle"])
            _machine.Write($"usr/lib/systemd/system/{name}.service",
                "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n");
        _machine.Write("usr/lib/systemd/system/both.service",
            "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target graphical.target\nAlias=other.service\n");
        _machine.Write("usr/lib/systemd/system/screen.service",
            "[Service]\nExecStart=/bin/true\n[Install]\nAlias=display-manager.service\n");
        _machine.Write("usr/lib/systemd/system/needed.socket", "[Socket]\nListenStream=/run/x\n[Install]\nRequiredBy=sockets.target\n");
        _machine.Write("usr/lib/systemd/system/multi-user.target", "[Unit]\nDescription=x\n");
        _machine.Write("etc/os-release", "ID=x\n");
        _machine.Run("""
            systemctl -q --root=$root enable plain masked both screen needed.socket
            rm -f etc/systemd/system/masked.service; systemctl -q --root=$root mask masked
            systemctl -q --root=$root set-default multi-user.target
            """);
        string[] expected = [.. _machine.Run("systemctl --root=$root list-unit-files --state=enabled --no-legend --plain")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal)];
        Inventory inventory = _machine.CommitAndTake();
        Assert.Equal(expected, inventory.Units.Select(unit => unit.Name).Distinct());
        Assert.Equal(["both.service", "needed.socket", "plain.service", "screen.service"], expected);
        Assert.Contains(new EnabledUnit("screen.service", "display-manager.service"), inventory.Units);

        // Negative control: one more is seen by both.
        _machine.Run("systemctl -q --root=$root enable idle");
        Assert.Contains("idle.service", _machine.Run("systemctl --root=$root list-unit-files --state=enabled"), StringComparison.Ordinal);
        Assert.Contains(new EnabledUnit("idle.service", "multi-user.target"), _machine.CommitAndTake().Units);
    }

    [Fact]
    public void ServersListenWhereTheirConfigurationSays()
    {
        // As Debian's packages have them, shortened.
        _machine.Write("etc/apache2/ports.conf",
            "Listen 80\n\n<IfModule ssl_module>\n\tListen 443\n</IfModule>\n\n<IfModule mod_gnutls.c>\n\tListen "
            + "4433\n</IfModule>\n<IfModule !ssl_module>\n\tListen 81\n</IfModule>\n");
        _machine.Write("etc/apache2/mods-available/ssl.load",
            "# Depends: setenvif mime socache_shmcb\nLoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so\n");
        _machine.Write("etc/apache2/mods-enabled/alias.load", "LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so\n");
        _machine.Write("usr/sbin/mariadbd", "x");
        _machine.Write("etc/mysql/mariadb.cnf",
            "[client-server]\n# port = 3306\nsocket = /run/mysqld/mysqld.sock\n!includedir /etc/mysql/conf.d/\n");
        _machine.Write("etc/mysql/mariadb.conf.d/50-client.cnf", "[client]\nport = 99\n");
        _machine.Write("etc/mysql/mariadb.conf.d/50-server.cnf",
            "[server]\n[mysqld]\npid-file                = /run/mysqld/mysqld.pid\n#port = 1\nbind-address            = "
            + "127.0.0.1\n[mariadb-10.11]\n");
        _machine.Write("etc/postgresql/15/main/postgresql.conf",
            "#listen_addresses = 'localhost'\t\t# what IP address(es) to listen on;\nport = 5432\t\t\t\t# (change requires restart)\n");
        _machine.Write("etc/postgresql/16/main/postgresql.conf", "listen_addresses = '10.0.0.1, ::1'\nport 5433\n");
        _machine.Write("etc/os-release", "ID=x\n");
        string[] databases = ["mariadbd 127.0.0.1:3306 etc/mysql/mariadb.conf.d/50-server.cnf",
            "postgresql localhost:5432 etc/postgresql/15/main/postgresql.conf",
            "postgresql 10.0.0.1:5433 etc/postgresql/16/main/postgresql.conf",
            "postgresql [::1]:5433 etc/postgresql/16/main/postgresql.conf"];
        Assert.Equal(["apache2 80 etc/apache2/ports.conf", "apache2 81 etc/apache2/ports.conf", .. databases], TakeListeners());

        _machine.Run(
            "ln -s ../mods-available/ssl.load etc/apache2/mods-enabled/ssl.load; mv usr/sbin/mariadbd usr/sbin/mysqld; rm -r etc/mysql "
            + "etc/postgresql/15; sed -i \"s/^listen.*/listen_addresses = ''/\" etc/postgresql/16/main/postgresql.conf");
        Assert.Equal(["apache2 80 etc/apache2/ports.conf", "apache2 443 etc/apache2/ports.conf", "mysqld 3306 usr/sbin/mysqld"],
            TakeListeners());

        _machine.Write("etc/my.cnf", "[mysqld]\nskip-networking\n");
        Assert.DoesNotContain(TakeListeners(), line => line.StartsWith("mysqld", StringComparison.Ordinal));

        IEnumerable<string> TakeListeners() =>
            _machine.CommitAndTake().Listeners.Select(listener => $"{listener.Service} {listener.Address} {listener.Location}");
    }

    [Fact]
    public void LanguagePackagesAreThoseThatTheirToolsSee()
    {
        _machine.Run("""
            mkdir -p opt/venv/lib opt/app/node_modules/@scope/one opt/app/node_modules/two/node_modules/three srv/gems/specifications/default srv/jars opt/bin usr/share/doc/node_modules/no
            cp -r /usr/lib/python3/dist-packages opt/venv/lib/
            echo '{"name":"@scope/one","version":"1.0.0","license":"MIT","scripts":{"name":"no"}}' > opt/app/node_modules/@scope/one/package.json
            echo '{"name":"two","version":"2.0.0"}' > opt/app/node_modules/two/package.json
            echo '{"version":"3.0.0-rc.1","name":"three"}' > opt/app/node_modules/two/node_modules/three/package.json
            echo '{"name":"no","version":"1"}' > usr/share/doc/node_modules/no/package.json
            printf 'Gem::Specification.new do |s|\n  s.name = "rack".freeze\n  s.version = "2.2.7"\n  s.licenses = ["MIT".freeze]\nend\n' > srv/gems/specifications/rack-2.2.7.gemspec
            printf 'Gem::Specification.new do |s|\n  s.name = %%q{rake}\n  s.version = %%Q(13.0)\nend\n' > srv/gems/specifications/rake-13.0.gemspec
            cd $work
            mkdir -p META-INF/maven/org.x/lib inner
            printf 'groupId=org.x\nartifactId=lib\nversion=1.5\n' > META-INF/maven/org.x/lib/pom.properties
            printf 'Manifest-Version: 1.0\r\nImplementation-Version: 9\r\n' > META-INF/MANIFEST.MF
            zip -qr inner/lib-1.5.jar META-INF
            rm -r META-INF/maven
            zip -qr $root/srv/jars/app-9.war META-INF inner
            { printf '#!/bin/sh\nexec java -jar "$0"\n#'; head -c 8000 /dev/zero | tr '\0' x; echo; cat inner/lib-1.5.jar; } > $root/opt/bin/behind-a-script
            printf 'Manifest-Version: 1.0\r\nBundle-SymbolicName: com.google.inject;singleton:=true\r\nBundle-Version: 4.2.3\r\n' > META-INF/MANIFEST.MF
            zip -qr $root/srv/jars/guice-4.2.3.jar META-INF
            printf 'Manifest-Version: 1.0\r\nBundle-SymbolicName: org.apache.commons.thing4\r\nImplementation-Version: 1\r\n' > META-INF/MANIFEST.MF
            zip -qr $root/srv/jars/commons-thing4-4.1.jar META-INF
            mkdir -p META-INF/maven/com.x/model
            printf '<project xmlns="http://maven.apache.org/POM/4.0.0"><parent><groupId>com.x</groupId><version>7</version></parent><artifactId>model</artifactId></project>' > META-INF/maven/com.x/model/pom.xml
            zip -qr $root/srv/jars/anything.jar META-INF
            """);
        const string Programs = """
            import json, struct, sys, zlib
            text = "path\tx\nmod\texample.com/app\t(devel)\t\ndep\tgolang.org/x/net\tv0.1.0\th1:x\ndep\told.com/m\tv1.0.0\n=>\tnew.com/m\tv1.1.0\th1:y\ndep\told.com/local\tv2.0.0\n=>\t./local\t(devel)\nbuild\tx\n"
            version, mods = b"go1.21.3", b"0" * 16 + text.encode() + b"1" * 16
            def field(b):
                n, out = len(b), b""
                while n > 127:
                    out += bytes([n & 127 | 128]); n >>= 7
                return out + bytes([n]) + b
            open(sys.argv[1], "wb").write(b"\xff Go buildinf:\x08\x02" + b"\0" * 16 + field(version) + field(mods))
            packages = [{"name": "serde", "version": "1.0.1"}, {"name": "cc", "version": "1", "kind": "build"}]
            open(sys.argv[2], "wb").write(zlib.compress(json.dumps({"packages": packages}).encode()))
            """;
        Tool.Run("/usr/bin/python3", "-c", Programs, _machine.Files["go"], _machine.Files["rust"]);
        _machine.Run("""
            objcopy --add-section .go.buildinfo=$work/go /bin/bash opt/bin/go-app
            objcopy --add-section .dep-v0=$work/rust /bin/bash opt/bin/rust-app
            chmod 755 opt/bin/*
            """);
        Inventory inventory = _machine.CommitAndTake();

        const string Judge = """
            import importlib.metadata, sys
            for d in importlib.metadata.distributions(path=[sys.argv[1]]):
                print(d.metadata["Name"], d.version)
            """;
        string[] distributions = Tool.Run("/usr/bin/python3", "-c", Judge, Path.Combine(_machine.Path, "opt/venv/lib/dist-packages"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(distributions);
        Assert.Equal(distributions.Order(StringComparer.Ordinal), Names(inventory, PackageKind.Python).Order(StringComparer.Ordinal));
        Assert.Equal(["@scope/one 1.0.0", "three 3.0.0-rc.1", "two 2.0.0"], Names(inventory, PackageKind.Node));
        Assert.Equal(["rack 2.2.7", "rake 13.0"], Names(inventory, PackageKind.Ruby));
        Assert.Equal(["app:app 9", "com.google.inject:guice 4.2.3", "com.x:model 7", "org.apache.commons:commons-thing4 4.1",
            "org.x:lib 1.5", "org.x:lib 1.5"], Names(inventory, PackageKind.Java));
        Assert.Equal(["opt/bin/behind-a-script", "srv/jars/app-9.war!inner/lib-1.5.jar"], inventory.Packages.Where(package =>
            package.Name == "org.x:lib").Select(package => package.Location).Order(StringComparer.Ordinal));
        Assert.Equal(["example.com/app (devel)", "golang.org/x/net v0.1.0", "new.com/m v1.1.0", "old.com/local v2.0.0", "stdlib 1.21.3"],
            Names(inventory, PackageKind.Go));
        Assert.Equal(["serde 1.0.1"], Names(inventory, PackageKind.Rust));
    }

    [Fact]
    public void InventoryIsKeptAndTakenAgainWhenItIsDamaged()
    {
        _machine.Write("etc/os-release", "ID=debian\n");
        _machine.Write("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n");
        Inventory first = _machine.CommitAndTake();
        string cache = Assert.Single(Directory.GetFiles(Path.Combine(_machine.RepositoryFolder, "cache/inventory")));
        byte[] bytes = File.ReadAllBytes(cache);

        // What is in the cache comes out when it was written here, and nowhere else: anybody can compute a checksum.
        byte[] other = bytes[..^32];
        other[other.AsSpan().IndexOf("a\u00011"u8) + 2] = (byte)'2';
        File.WriteAllBytes(cache, [.. other, .. System.Security.Cryptography.SHA256.HashData(other)]);
        Assert.Equal("1", Assert.Single(_machine.Take().Packages).Version);
        for (int bit = 0; bit < bytes.Length * 8; bit += 61)
        {
            File.WriteAllBytes(cache, Damage.FlipBit(bytes, bit));
            Assert.Equal(first.Packages, _machine.Take().Packages);
        }

        File.WriteAllBytes(cache, bytes.AsSpan(0, 20));
        Assert.Equal(first.Packages, _machine.Take().Packages);
        Assert.Equal(bytes, File.ReadAllBytes(cache));
    }

    [Fact]
    public void VolumesAreMountedAsTheMachineMountsThem()
    {
        _machine.Write("etc/os-release", "ID=debian\n");
        _machine.Write(
            "etc/fstab", "# comment\nUUID=00000000-0000-4000-8000-00000000000a /var ext4 defaults 0 2\n/dev/sda9 /srv ext4 defaults 0 2\n");
        _machine.Write("var/in-the-way", "x");
        _machine.Run("""
            mkdir -p $work/var/lib/dpkg
            printf 'Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n' > $work/var/lib/dpkg/status
            mke2fs -F -q -t ext4 -d $root $work/one 8M
            mke2fs -F -q -t ext4 -d $work/var -U 00000000-0000-4000-8000-00000000000a $work/two 8M
            truncate -s 24M $work/disk
            printf 'label: gpt\nstart=2048, size=16384\nstart=18432, size=16384\n' | sfdisk -q $work/disk
            dd if=$work/one of=$work/disk bs=1M seek=1 conv=notrunc status=none
            dd if=$work/two of=$work/disk bs=1M seek=9 conv=notrunc status=none
            """);
        using (Repository repository = _machine.Open())
            new Mig.Versions.Commits.ImageCommitter(repository).Commit(
                new Mig.Versions.Commits.CommitRequest { Disks = [_machine.Disk], Message = "x" }, TestContext.Current.CancellationToken);
        Assert.Equal("a", Assert.Single(_machine.Take().Packages).Name);
    }

    // Circles of links, and names that lead out of the machine, end.
    [Fact]
    public void HostileLinksEnd()
    {
        _machine.Run(
            "mkdir -p etc var/lib; ln -s /etc/b etc/os-release; ln -s /etc/os-release etc/b; ln -s ../../../../../.. etc/up; ln -s "
            + "/etc/up/../../etc/up/x etc/passwd; ln -s . var/lib/dpkg");
        Inventory inventory = _machine.CommitAndTake();
        Assert.Null(inventory.Release);
        Assert.Empty(inventory.Packages);
        Assert.Empty(inventory.Users);
    }

    public void Dispose() => _machine.Dispose();

    private static IEnumerable<string> Names(Inventory inventory, PackageKind kind) =>
        inventory.Packages.Where(package => package.Kind == kind).Select(package => $"{package.Name} {package.Version}");
}
