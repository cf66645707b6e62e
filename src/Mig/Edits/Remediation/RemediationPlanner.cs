using System.Text;
using Mig.Core;
using Mig.Edits.Accounts;
using Mig.Edits.Operations;
using Mig.Edits.Packages;
using Mig.History.Images;
using Mig.Images.Compliance;
using Mig.Machines.Baselines;
using Mig.Machines.Files;
using Mig.Machines.Inventories;
using Mig.Machines.Inventories.Systems;
using Mig.Machines.Inventories.Versions;
using Mig.Machines.Mounts;

namespace Mig.Edits.Remediation;

/// <summary>Finds what makes an image keep the rules that it breaks; what mig cannot bring about is said.</summary>
internal sealed class RemediationPlanner(Repository repository, RemediationRequest request, PackageSource? source)
{
    private const string NoContent = "mig does not know the content that it is to have; 'mig put' gives it one";

    /// <param name="name">How the user called the image, for messages.</param>
    /// <param name="machine">Null when no system was found.</param>
    public RemediationPlan Plan(
        string name, MachineImage image, RuleSubject? machine, IReadOnlyList<RuleResult> rules, CancellationToken cancellation)
    {
        var plan = new RemediationPlan();
        var wanted = new Dictionary<string, List<RuleResult>>(StringComparer.Ordinal);
        PackageUnpacking? packages = null;
        foreach (RuleResult result in rules.Where(rule => rule.Answer.State != RuleState.Kept))
        {
            if (machine is null || result.Answer.State == RuleState.Unknown)
                plan.Left.Add(new OpenRule(result, result.Answer.Reason));
            else if (PlanRule(result) is { } reason)
                plan.Left.Add(new OpenRule(result, reason));
            else
                plan.Promised.Add(result);
        }

        if (wanted.Count > 0)
            PlanPackages(plan, packages!, wanted, cancellation);
        return plan;

        string? PlanRule(RuleResult result) => result.Rule switch
        {
            PackageRule rule => PlanPackage(rule, result, machine!),
            VulnerabilityRule rule => PlanVulnerabilities(rule, result, machine!),
            FileRule rule => PlanFile(plan, rule, machine!.Files),
            ServiceRule => PlanService(plan, result.Answer, machine!.Files),
            _ => "mig knows nothing that would help",
        };

        string? PlanPackage(PackageRule rule, RuleResult result, RuleSubject subject)
        {
            InstalledPackage[] there = [.. subject.Inventory.Packages.Where(rule.Names)];
            if (there.FirstOrDefault(package => package.Kind != PackageKind.Dpkg) is { } other)
                return $"packages of {PackageKinds.NameOf(other.Kind)} are for 'mig run'";
            if (rule.Kind is { } kind and not PackageKind.Dpkg)
                return $"packages of {PackageKinds.NameOf(kind)} are for 'mig run'";
            if (!rule.IsAbsent)
                return Want(rule.Name, rule.Version, result);
            if (request.IsNative)
                return $"{rule.Name} is removed by the image's own package manager, and '--native' runs none";
            plan.Removed.Add(rule.Name);
            plan.Steps.Add($"remove package {rule.Name}");
            return null;
        }

        string? PlanVulnerabilities(VulnerabilityRule rule, RuleResult result, RuleSubject subject)
        {
            foreach (string package in rule.FindBroken(subject).SelectMany(finding => finding.Installed).Distinct())
            {
                string? installed = subject.Inventory.Packages.FirstOrDefault(item => item.Name == package)?.Version;
                if (Want(package, null, result, installed) is { } reason)
                    return reason;
            }

            return null;
        }

        string? Want(string package, string? version, RuleResult result, string? newerThan = null)
        {
            if (source is null)
                return $"it needs {package}; '--source DIR' says where packages are";
            packages ??= PackageUnpacking.Open(repository, image, name);
            string? there = source.For(packages.State.Architecture).VersionOf(package);
            if (there is null)
                return $"the source has no {package}";
            if ((version is not null && DebianVersion.Compare(there, version) < 0)
                || (newerThan is not null && DebianVersion.Compare(there, newerThan) <= 0))
                return $"the source has {package} in version {there} alone";
            if (!wanted.TryGetValue(package, out List<RuleResult>? of))
                wanted.Add(package, of = []);
            of.Add(result);
            return null;
        }
    }

    private void PlanPackages(RemediationPlan plan, PackageUnpacking packages, Dictionary<string, List<RuleResult>> wanted,
        CancellationToken cancellation)
    {
        DebFolder folder = source!.For(packages.State.Architecture);
        packages.Plan(DebRelations.Sort([.. folder.Find([.. wanted.Keys], packages.State).Distinct(StringComparer.Ordinal)
            .Select(source.Read)]), cancellation);
        if (!packages.IsNative && request.IsNative)
        {
            PackagePlan blocked = packages.Plans.First(item => !item.IsNative);
            foreach (RuleResult result in wanted.Values.SelectMany(of => of).Distinct())
            {
                plan.Promised.Remove(result);
                plan.Left.Add(new OpenRule(result, $"{blocked.File.Control.Name} must run in the image: {blocked.Reasons[0]}"));
            }

            return;
        }

        // All packages of one image go one way: what dpkg removes, it must do after what it installs.
        if (packages.IsNative && plan.Removed.Count == 0)
            plan.Unpacking = packages;
        else
            plan.Installed = [.. packages.Plans.Select(item => item.File.Path)];
        plan.Steps.AddRange(packages.Plans.Select(item => $"install {item.File.Control.Name} {item.File.Control.Version}"
            + (plan.Unpacking is null ? " (dpkg of the image)" : "")));
    }

    private static string? PlanFile(RemediationPlan plan, FileRule rule, MachineFiles files)
    {
        if (rule.IsAbsent)
            return Remove(plan, files, rule.Path);
        if (files.Find(rule.Path) is not { } found || (rule.Sha256 is not null && rule.Sha256 != found.Entry.Sha256?.ToString()))
            return NoContent;

        // A change of owner takes set-id bits away, so the mode comes last, and comes again.
        bool isOwned = rule.Owner is null || rule.Owner == $"{found.Entry.Uid}:{found.Entry.Gid}";
        if (!isOwned)
        {
            Add(plan, files, found.Path, path => new ChangeOwnerOperation(path, OwnerName.Parse(rule.Owner!)),
                $"set owner {rule.Owner} of /{rule.Path}");
        }

        if (rule.Mode is { } mode && (mode != found.Entry.Mode || !isOwned))
        {
            Add(plan, files, found.Path, path => new ChangeModeOperation(path, ModeChange.Exactly(mode)),
                $"set mode {Convert.ToString(mode, 8)} of /{rule.Path}");
        }

        return null;
    }

    private static string? PlanService(RemediationPlan plan, RuleAnswer answer, MachineFiles files)
    {
        // As systemctl disable does; what a package has linked itself is masked.
        foreach (IGrouping<string, RuleFinding> unit in answer.Findings.GroupBy(finding => finding.Subject))
        {
            string own = $"/{SystemdUnits.Folder}/";
            if (unit.All(finding => finding.Actual.StartsWith(own, StringComparison.Ordinal)))
            {
                foreach (RuleFinding link in unit)
                    _ = Remove(plan, files, link.Actual.TrimStart('/'));
                continue;
            }

            if (files.Find($"{SystemdUnits.Folder}/{unit.Key}") is not null)
                return $"{unit.Key} starts by {unit.First().Actual}, and cannot be masked: {own}{unit.Key} is there";
            if (files.Find(SystemdUnits.Folder) is not { } folder)
                return $"{own} is not there, so {unit.Key} cannot be masked";
            Add(plan, files, $"{folder.Path}/{unit.Key}", path => new LinkOperation(path, "/dev/null"u8.ToArray(), IsSymbolic: true,
                IsExact: true),
                $"mask {unit.Key}");
        }

        return null;
    }

    // The name itself goes, not what a link leads to.
    private static string? Remove(RemediationPlan plan, MachineFiles files, string path)
    {
        int slash = path.LastIndexOf('/');
        if (files.Find(slash < 0 ? "" : path[..slash]) is not { } parent)
            return $"/{path} is reached by links that lead in circles";
        string place = parent.Path.Length == 0 ? path[(slash + 1)..] : $"{parent.Path}/{path[(slash + 1)..]}";
        if (files.Mounts.Any(mount => mount.Path == place))
            return $"/{path} is where a volume is mounted";
        Add(plan, files, place, name => new RemoveOperation(name, IsRecursive: true), $"remove /{path}");
        return null;
    }

    private static void Add(
        RemediationPlan plan, MachineFiles files, string place, Func<byte[], EditOperation> operation, string step)
    {
        MountPoint mount = files.MountOf(place);
        plan.Operations.Add((mount.Volume, operation(Encoding.UTF8.GetBytes("/" + mount.OnVolume(place)))));
        plan.Touched.Add(place);
        plan.Steps.Add(step);
    }
}
