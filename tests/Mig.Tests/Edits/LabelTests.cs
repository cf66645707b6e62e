using System.Text;
using Mig.Edits;
using Mig.Edits.Labels;
using Mig.Edits.Operations;
using Mig.FileSystems;
using Mig.Images.Browse;
using Mig.Testing;

namespace Mig.Tests.Edits;

/// <summary>New files in an image that SELinux has labelled get a label: the policy's, else their directory's.</summary>
public class LabelTests
{
    // Of all kinds that Fedora's targeted policy has.
    private const string Contexts = """
        # a comment
        /.*		system_u:object_r:default_t:s0
        /[^/]+	--	system_u:object_r:etc_runtime_t:s0
        /a?quota\.(user|group)	--	system_u:object_r:quota_db_t:s0
        /etc/.*		system_u:object_r:etc_t:s0
        /etc	-d	system_u:object_r:etc_t:s0
        /etc/shadow.*	--	system_u:object_r:shadow_t:s0
        /etc/cron\.d(/.*)?	system_u:object_r:system_cron_spool_t:s0
        /etc/passwd[-\+]?	--	system_u:object_r:passwd_file_t:s0
        /etc/ssh/ssh_host.*_key	--	system_u:object_r:sshd_key_t:s0
        /etc/ssh/ssh_host_rsa_key	--	system_u:object_r:exact_t:s0
        /etc/rc\.d/init\.d/.*	--	system_u:object_r:initrc_exec_t:s0
        /usr/(.*/)?bin(/.*)?	system_u:object_r:bin_t:s0
        /usr/(.*/)?lib(/.*)?	system_u:object_r:lib_t:s0
        /usr/(.*/)?lib/.+\.so	--	system_u:object_r:textrel_t:s0
        /var/www(/.*)?	system_u:object_r:httpd_sys_content_t:s0
        /var/www/.*\.cgi	--	system_u:object_r:httpd_exec_t:s0
        /proc/.*		<<none>>
        /tmp/.*		<<none>>
        /dev/.*tty[^/]*	-c	system_u:object_r:tty_device_t:s0
        /initrd\.img.*	-l	system_u:object_r:boot_t:s0
        /var/run/.*\.pid	--	system_u:object_r:pid_t:s0
        /srv/x|/srv/y	--	system_u:object_r:either_t:s0
        /broken[	--	system_u:object_r:broken_t:s0
        """;

    private const string Homes =
        "/export/home/[^/]+\t-d\tunconfined_u:object_r:user_home_dir_t:s0\n/export/home/[^/]+/.+\t\tunconfined_u:object_r:user_home_t:s0\n";
    private const string Local = "/etc/cron\\.d/mine\t--\tsystem_u:object_r:local_t:s0\n";
    private const string VendorSubstitutions = "/run /var/run\n/lib64 /usr/lib\n/usr/lib64 /usr/lib\n/sysroot/tmp /tmp\n";
    private const string Substitutions = "/srv/web /var/www\n";

    private static readonly (string Path, NodeType Type)[] s_paths =
    [
        ("/x", NodeType.File), ("/x", NodeType.Directory), ("/quota.user", NodeType.File), ("/aquota.group", NodeType.File),
            ("/etc", NodeType.Directory), ("/etc/hostname", NodeType.File),
        ("/etc/shadow", NodeType.File), ("/etc/shadow-", NodeType.File), ("/etc/shadow", NodeType.SymbolicLink),
        ("/etc/cron.d", NodeType.Directory), ("/etc/cron.d/job", NodeType.File),
        ("/etc/cron.d/mine", NodeType.File), ("/etc/passwd", NodeType.File), ("/etc/passwd+", NodeType.File),
        ("/etc/ssh/ssh_host_rsa_key", NodeType.File), ("/etc/ssh/ssh_host_ed25519_key", NodeType.File),
        ("/etc/ssh/ssh_host_rsa_key.pub", NodeType.File), ("/etc/rc.d/init.d/x", NodeType.File),
        ("/etc/rc.d/init.d/x", NodeType.SymbolicLink), ("/usr/bin/tool", NodeType.File), ("/usr/local/bin/tool", NodeType.File),
        ("/usr/bin", NodeType.Directory), ("/usr/lib/a.so", NodeType.File), ("/usr/lib64/a.so", NodeType.File),
        ("/lib64/a/b.so", NodeType.File), ("/lib64", NodeType.Directory), ("/lib64x", NodeType.Directory),
        ("/var/www", NodeType.Directory), ("/var/www/a.cgi", NodeType.File), ("/srv/web/a.cgi", NodeType.File),
        ("/srv/webx", NodeType.File), ("/proc/1", NodeType.Directory), ("/tmp/x", NodeType.File),
        ("/sysroot/tmp/x", NodeType.File), ("/dev/tty1", NodeType.CharacterDevice), ("/dev/pts/tty1", NodeType.File),
        ("/initrd.img-6", NodeType.SymbolicLink), ("/run/x.pid", NodeType.File),
        ("/srv/x", NodeType.File), ("/srv/y", NodeType.File), ("/export/home/bob", NodeType.Directory), ("/export/home/bob", NodeType.File),
        ("/export/home/bob/.ssh/id", NodeType.File), ("/etc/a\nb", NodeType.File), ("/etc/grün", NodeType.File),
    ];

    // The library that labels files on every such system, which Debian's coreutils bring.
    private const string Libselinux = """
        import ctypes, os, sys
        lib = ctypes.CDLL("libselinux.so.1", use_errno=True)
        class Opt(ctypes.Structure): _fields_ = [("type", ctypes.c_int), ("value", ctypes.c_char_p)]
        lib.selabel_open.restype = ctypes.c_void_p
        lib.selabel_lookup_raw.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_char_p), ctypes.c_char_p, ctypes.c_int]
        h = lib.selabel_open(0, ctypes.byref(Opt(3, os.fsencode(sys.argv[1]))), 1)
        assert h, os.strerror(ctypes.get_errno())
        data = open(sys.argv[2], "rb").read().split(b"\0")[:-1]
        for path, mode in zip(data[::2], data[1::2]):
            con = ctypes.c_char_p()
            print(con.value.decode() if lib.selabel_lookup_raw(h, ctypes.byref(con), path, int(mode, 8)) == 0 else "none")
        """;

    [Fact]
    public void LabelsAreThoseOfLibselinux()
    {
        using var folder = new Testing.TestFolder();
        string contexts = Contexts.Replace("/broken[\t--\tsystem_u:object_r:broken_t:s0\n", "", StringComparison.Ordinal)
            .Replace("/broken[\t--\tsystem_u:object_r:broken_t:s0", "", StringComparison.Ordinal);
        File.WriteAllText(folder["file_contexts"], contexts + "\n");
        File.WriteAllText(folder["file_contexts.homedirs"], Homes);
        File.WriteAllText(folder["file_contexts.local"], Local);
        File.WriteAllText(folder["file_contexts.subs"], Substitutions);
        File.WriteAllText(folder["file_contexts.subs_dist"], VendorSubstitutions);
        File.WriteAllText(folder["paths"], string.Concat(s_paths.Select(item => $"{item.Path}\0{ModeOf(item.Type)}\0")));
        File.WriteAllText(folder["judge.py"], Libselinux);
        string[] theirs = Tool.Run("python3", folder["judge.py"], folder["file_contexts"], folder["paths"]).Split('\n')[..^1];
        var policy = new LabelPolicy();
        policy.AddContexts(Contexts);
        policy.AddContexts(Homes);
        policy.AddContexts(Local);
        policy.AddSubstitutions(Substitutions, isVendors: false);
        policy.AddSubstitutions(VendorSubstitutions, isVendors: true);
        policy.Finish();
        string[] ours = [.. s_paths.Select(item => policy.Find(item.Path, item.Type) is { Length: > 0 } label ? label : "none")];
        for (int i = 0; i < ours.Length; i++)
            Assert.True(ours[i] == theirs[i], $"{s_paths[i]}: libselinux says {theirs[i]}, mig says {ours[i]}");

        // Negative control: the answers differ among each other.
        Assert.True(theirs.Distinct().Count() > 15, string.Join(' ', theirs.Distinct()));
    }

    [Fact]
    public void NewFilesGetTheLabelOfThePolicy()
    {
        using EditedImage image = Begin(hasPolicy: true);
        EditLog? log = null;
        image.Edit((volume, _) =>
        {
            volume.Run(Placed(new WriteOperation("/etc/shadow"u8.ToArray(), new BytesContent("x"u8.ToArray()), NodeSettings.None)));
            volume.Run(Placed(new MakeDirectoryOperation("/etc/cron.d"u8.ToArray(), NodeSettings.None)));
            volume.Run(Placed(new WriteOperation("/etc/cron.d/mine"u8.ToArray(), new BytesContent("x"u8.ToArray()), NodeSettings.None)));
            volume.Run(Placed(new LinkOperation("/etc/link"u8.ToArray(), "x"u8.ToArray(), IsSymbolic: true)));
            volume.Run(Placed(new WriteOperation("/etc/hostname"u8.ToArray(), new BytesContent("x"u8.ToArray()), NodeSettings.None)));
            log = volume.Logs[0].Log;
        });
        Assert.Equal((5, 0), (log!.PolicyLabels, log.DirectoryLabels));
        Assert.Equal("system_u:object_r:shadow_t:s0\0", LabelOf(image, "/etc/shadow"));
        Assert.Equal("system_u:object_r:system_cron_spool_t:s0\0", LabelOf(image, "/etc/cron.d"));
        Assert.Equal("system_u:object_r:local_t:s0\0", LabelOf(image, "/etc/cron.d/mine"));
        Assert.Equal("system_u:object_r:etc_t:s0\0", LabelOf(image, "/etc/link"));
        Assert.Null(LabelOf(image, "/unlabelled/new"));
        image.ByMig();
    }

    [Fact]
    public void WithoutAPolicyItIsThatOfTheDirectory()
    {
        using EditedImage image = Begin(hasPolicy: false);
        image.Edit((volume, _) => volume.Run(
            Placed(new WriteOperation("/etc/shadow"u8.ToArray(), new BytesContent("x"u8.ToArray()), NodeSettings.None))));
        Assert.Equal("system_u:object_r:etc_t:s0\0", LabelOf(image, "/etc/shadow"));
    }

    // Those that come with a label keep it; where the directory has none, no file gets one.
    [Fact]
    public void ALabelOfItsOwnStays()
    {
        using EditedImage image = Begin(hasPolicy: true);
        Tool.Run("bash", "-euc",
            "cd \"$0\"; mkdir l l/etc l/unlabelled; echo x > l/etc/own; echo y > l/etc/none; echo z > l/unlabelled/new; setfattr -n "
            + "security.selinux -v own_label l/etc/own; tar --xattrs --xattrs-include='*' -cf l.tar -C l etc/own etc/none unlabelled/new",
            image.Repository.Files.Path);
        image.Edit((volume, repository) =>
        {
            using FileStream archive = File.OpenRead(image.Repository.Files["l.tar"]);
            new Mig.Edits.Layers.ImageLayer(repository, keepsLinks: false)
                .ApplyArchive(volume, new History.Revisions.PathSpec(null, null, default), archive, TestContext.Current.CancellationToken);
        });
        Assert.Equal("own_label", LabelOf(image, "/etc/own"));
        Assert.Equal("system_u:object_r:etc_t:s0\0", LabelOf(image, "/etc/none"));
        Assert.Null(LabelOf(image, "/unlabelled/new"));
    }

    private static EditedImage Begin(bool hasPolicy)
    {
        var image = new EditedImage(
            $"mkdir -p unlabelled{(hasPolicy ? " etc/selinux/targeted/contexts/files; printf '# SELinux\\nSELINUX=enforcing\\nSELINUXTYPE=targeted\\n' > etc/selinux/config" : "")}");
        image.Edit((volume, _) =>
        {
            if (hasPolicy)
            {
                foreach ((string name, string text) in (ReadOnlySpan<(string, string)>)[
                    ("", Contexts), (".homedirs", Homes), (".local", Local)])
                    volume.Run(Placed(new WriteOperation(
                        Encoding.UTF8.GetBytes("/etc/selinux/targeted/contexts/files/file_contexts" + name),
                        new BytesContent(Encoding.UTF8.GetBytes(text)), NodeSettings.None)));
            }

            volume.Run(Placed(new SetAttributeOperation(
                "/etc"u8.ToArray(), "security.selinux"u8.ToArray(), "system_u:object_r:etc_t:s0\0"u8.ToArray())));
        });
        return image;
    }

    private static Mig.Edits.Changes.PlacedOperation Placed(EditOperation operation) =>
        new(new History.Revisions.PathSpec(null, null, default), operation);

    private static string? LabelOf(EditedImage image, string path)
    {
        using Repository repository = image.Repository.Open();
        try
        {
            return new ImageBrowser(repository)
                .Find("HEAD:" + path).Entry.Xattrs.Where(xattr => xattr.Name.Span.SequenceEqual("security.selinux"u8))
                .Select(xattr => Encoding.UTF8.GetString(xattr.Value.Span)).FirstOrDefault();
        }
        catch (Core.NotFoundException)
        {
            return null;
        }
    }

    private static string ModeOf(NodeType type) => type switch
    {
        NodeType.File => "0100000",
        NodeType.Directory => "0040000",
        NodeType.SymbolicLink => "0120000",
        NodeType.CharacterDevice => "0020000",
        _ => "0",
    };
}
