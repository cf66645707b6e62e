using Mig.Testing;

namespace Mig.Tests.Versions.Merging;

/// <summary>Small packages, and the dpkg that installs them in a folder.</summary>
internal sealed class DebianPackages : IDisposable
{
    private readonly TestFolder _folder = new();

    /// <summary>Gives a folder the empty database of dpkg, with /lib a link to /usr/lib.</summary>
    public static void Begin(string machine) =>
        MergeTests.Shell(machine,
            "mkdir -p var/lib/dpkg/info var/lib/dpkg/updates var/lib/dpkg/triggers usr/lib; ln -s usr/lib lib; touch var/lib/dpkg/status");

    /// <summary>Installs packages such as <c>one_1.0</c>, or <c>one_1.0_amd64</c>.</summary>
    public void Install(string machine, params string[] packages) => Dpkg(machine, ["--force-confold", "-i", .. packages.Select(Build)]);

    /// <param name="how"><c>-r</c> or <c>-P</c>.</param>
    public static void Remove(string machine, string how, params string[] packages) => Dpkg(machine, [how, .. packages]);

    public void Dispose() => _folder.Dispose();

    private static string Relations(string name) =>
        name.StartsWith("agent", StringComparison.Ordinal) ? "Provides: agent\nConflicts: agent\n" : name == "needsextra"
            ? "Depends: extra (>= 1), two | nothing:any\n" : "";

    private static void Dpkg(string machine, string[] arguments) =>
        Tool.Run("dpkg", ["--root=" + machine, "--force-script-chrootless", .. arguments]);

    // With a directory that nothing is in, and links that its scripts make and take away, as those of Debian's services do.
    private static void AddService(string tree) => MergeTests.Shell(tree, """
        mkdir -p -m 700 var/lib/one/own
        mkdir -p etc/init.d usr/lib/systemd/system
        echo '#!/bin/sh' > etc/init.d/one
        echo '[Service]' > usr/lib/systemd/system/one.service
        cat > DEBIAN/postinst <<'END'
        #!/bin/sh -e
        mkdir -p "$DPKG_ROOT/etc/rc2.d" "$DPKG_ROOT/etc/systemd/system/multi-user.target.wants"
        ln -sf ../init.d/one "$DPKG_ROOT/etc/rc2.d/S01one"
        ln -sf /usr/lib/systemd/system/one.service "$DPKG_ROOT/etc/systemd/system/multi-user.target.wants/one.service"
        END
        cat > DEBIAN/postrm <<'END'
        #!/bin/sh -e
        [ "$1" != purge ] || rm -f "$DPKG_ROOT/etc/rc2.d/S01one" "$DPKG_ROOT/etc/systemd/system/multi-user.target.wants/one.service"
        END
        chmod 755 DEBIAN/postinst DEBIAN/postrm
        """);

    // The files of "one" lie behind a link, as those in /lib do.
    private string Build(string package)
    {
        string archive = _folder[package + ".deb"];
        if (File.Exists(archive))
            return archive;
        (string name, string version) = (package.Split('_')[0], package.Split('_')[1]);
        string tree = _folder[package], files = Path.Combine(tree, name == "one" ? "lib" : "usr/lib", name);
        Directory.CreateDirectory(files);
        Directory.CreateDirectory(Path.Combine(tree, "DEBIAN"));
        Directory.CreateDirectory(Path.Combine(tree, "etc"));
        for (int i = 0; i < 6; i++)
            File.WriteAllText(Path.Combine(files, $"file{i}"), $"{name} {(i % 2 == 0 ? version : "always")} {i}\n");
        File.WriteAllText(Path.Combine(files, $"only-in-{version}"), "x\n");
        if (name == "one")
            AddService(tree);
        if (name.StartsWith("same", StringComparison.Ordinal))
            File.WriteAllText(Path.Combine(tree, "usr/lib/same"), name + "\n");
        File.WriteAllText(Path.Combine(tree, $"etc/{name}.conf"), $"version={version}\n\n\n\n\nport=80\n");
        File.WriteAllText(Path.Combine(tree, "DEBIAN/conffiles"), $"/etc/{name}.conf\n");
        File.WriteAllText(
            Path.Combine(tree, "DEBIAN/control"),
            $"Package: {name}\nVersion: {version}\nArchitecture: "
                + $"{(package.Split('_') is [_, _, var architecture] ? architecture : "all")}\nMaintainer: test "
                + $"<test@example.com>\n{Relations(name)}Description: a package\n with two lines\n");
        MergeTests.Shell(
            tree, "file=$(ls -d usr/lib/*/file1 lib/*/file1 2>/dev/null || true); ln $file ${file%file1}hard; find . -path ./DEBIAN "
            + "-prune -o -type f -printf '%P\\n' | xargs md5sum > DEBIAN/md5sums");
        Tool.Run("dpkg-deb", "--root-owner-group", "-Znone", "-b", tree, archive);
        return archive;
    }
}
