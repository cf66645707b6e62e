using Mig.Core;
using Mig.Images.Running;

namespace Mig.Edits.Packages;

/// <summary>Has the package manager of a Debian image install, remove and upgrade, by running it in the image.</summary>
public sealed class PackageRunner(Repository repository)
{
    // What is lent is gone afterwards: lists, archives and sources leave nothing behind.
    private const string Apt =
        """
        set -e
        apt="apt-get -y -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0"
        what=$1 mirror=$2 net=$3
        shift 3
        if [ -n "$net" ]; then
          mkdir -p /run/apt/lists /run/apt/archives
          apt="$apt -o Dir::State::Lists=/run/apt/lists -o Dir::Cache::Archives=/run/apt/archives"
          if [ -n "$mirror" ]; then
            . /etc/os-release
            echo "deb $mirror ${VERSION_CODENAME:-stable} main" > /run/apt/sources.list
            apt="$apt -o Dir::Etc::SourceList=/run/apt/sources.list -o Dir::Etc::SourceParts=-"
          fi
          $apt update
        fi
        case $what in
          security)
            set -- $($apt -s upgrade | awk '/^Inst / && tolower($0) ~ /-security/ { print $2 }')
            if [ $# -gt 0 ]; then $apt install --only-upgrade -- "$@"; fi ;;
          *) $apt $what -- "$@" ;;
        esac
        """;

    // What it prints is no answer of mig's.
    private const string ChangeAll =
        """
        set -e
        exec >&2
        files=$1
        shift
        if [ -n "$files" ]; then dpkg --force-confold -i $files; fi
        if [ $# -gt 0 ]; then apt-get -y -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 remove -- "$@"; fi
        """;

    /// <summary>Installs files of packages of this machine, by <c>dpkg -i</c>.</summary>
    /// <param name="files">In the order in which they are to be configured.</param>
    public RunResult InstallFiles(PackageRun run, IReadOnlyList<string> files, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        RunBind[] binds = Bind(files);
        return Run(run, ["dpkg", "--force-confold", "-i", .. binds.Select(bind => bind.To)], binds, cancellation);
    }

    /// <summary>What installs files of packages, and removes packages by name, in one go.</summary>
    /// <param name="files">As of <see cref="InstallFiles"/>.</param>
    internal static RunRequest Change(string branch, IReadOnlyList<string> files, IReadOnlyList<string> removed)
    {
        RunBind[] binds = Bind(files);
        return new RunRequest
        {
            Branch = branch,
            Command = ["sh", "-c", ChangeAll, "mig", string.Join(' ', binds.Select(bind => bind.To)), .. removed],
            Binds = binds,
        };
    }

    /// <summary>Installs packages by name, by <c>apt-get install</c>: from a mirror, or from what the image's own apt knows.</summary>
    public RunResult Install(PackageRun run, IReadOnlyList<string> names, CancellationToken cancellation = default) =>
        RunApt(run, "install", names, cancellation);

    /// <summary>Removes packages by name, with those that need them; their configuration stays, unless it is purged.</summary>
    public RunResult Remove(PackageRun run, IReadOnlyList<string> names, bool purges, CancellationToken cancellation = default) =>
        RunApt(run, purges ? "purge" : "remove", names, cancellation);

    /// <summary>Upgrades what can be upgraded without new packages or removals, or only what comes from a security archive.</summary>
    public RunResult Upgrade(PackageRun run, bool isSecurityOnly, CancellationToken cancellation = default) =>
        RunApt(run, isSecurityOnly ? "security" : "upgrade", [], cancellation);

    private static RunBind[] Bind(IReadOnlyList<string> files) =>
        [.. files.Select((file, i) => new RunBind(Path.GetFullPath(file), $"/run/packages/{i}.deb", false))];

    private RunResult RunApt(PackageRun run, string what, IReadOnlyList<string> names, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (names.FirstOrDefault(name => name is not [>= 'a' and <= 'z' or >= '0' and <= '9', ..]
            || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.' or ':' or '=' or '~')) is { } strange)
            throw new UsageException($"'{strange}' is no name of a package");
        if (run.Mirror is { } mirror && !(Uri.TryCreate(mirror, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
            && !mirror.AsSpan().ContainsAny(' ', '\n')))
            throw new UsageException($"'{mirror}' is no mirror: an address that begins with https:// or http:// is one, or a folder");
        return Run(run, ["sh", "-c", Apt, "mig", what, run.Mirror ?? "", run.Network ? "yes" : "", .. names], [], cancellation);
    }

    private RunResult Run(PackageRun run, IReadOnlyList<string> command, IReadOnlyList<RunBind> binds, CancellationToken cancellation) =>
        new ImageRunner(repository).Run(
            new RunRequest
            {
                Branch = run.Branch,
                Command = run.IsSilent ? ["sh", "-c", "exec \"$@\" >&2", "mig", .. command] : command,
                Message = run.Message,
                Network = run.Network,
                NoVerify = run.NoVerify,
                Binds = binds,
            },
            cancellation);
}
