//! Makes what the machine starts from: a kernel, and a root with Debian's programs that lives in memory.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::archive::Archive;
use super::{kernel, packages};
use crate::{process, stamp, workspace};

/// What nobody reads in there.
const LEFT_OUT: [&str; 9] = [
    "./usr/lib/udev/hwdb.d",
    "./usr/lib/*/gconv",
    "./usr/lib/*/perl*",
    "./usr/share/bash-completion",
    "./usr/share/doc",
    "./usr/share/info",
    "./usr/share/locale",
    "./usr/share/man",
    "./usr/share/zoneinfo",
];

/// Users and groups that scripts of the packages would have made. The last is the agent's.
const USERS: &str = "root:x:0:0:root:/root:/bin/sh
messagebus:x:100:100::/:/usr/sbin/nologin
polkitd:x:101:101::/:/usr/sbin/nologin
nobody:x:65534:65534::/:/usr/sbin/nologin
shelly-provisioner:x:990:990::/var/lib/shelly-provisioner:/usr/sbin/nologin
";
const GROUPS: &str = "root:x:0:
messagebus:x:100:
polkitd:x:101:
netdev:x:102:
nogroup:x:65534:
shelly-provisioner:x:990:
";

/// What the machine starts from.
pub(crate) struct Image {
    /// The kernel.
    pub(crate) kernel: PathBuf,
    /// The root, without what is tested.
    pub(crate) root: PathBuf,
}

/// The image in this folder. It is made when it is missing, or was made by other sources than these.
pub(crate) fn prepare(folder: &Path) -> Result<Image> {
    let image = Image { kernel: folder.join("kernel"), root: folder.join("root.cpio") };
    let sources = workspace::files(&workspace::root().join("xtask/src/wifi_lab"))?;
    let made_by = ["packages.rs", "archive.rs", "kernel.rs", "image.rs"];
    let sources: Vec<PathBuf> =
        sources.into_iter().filter(|path| made_by.iter().any(|name| path.ends_with(name))).collect();
    let (made, wanted) = (folder.join(".made"), stamp::fingerprint(&sources)?);
    if image.kernel.is_file() && image.root.is_file() && stamp::read(&made) == wanted {
        return Ok(image);
    }
    let packages = packages::fetch(&folder.join("packages"))?;
    println!("making the machine from {} packages", packages.programs.len() + 1);
    let (root, boot) = (empty(&folder.join("root"))?, empty(&folder.join("boot"))?);
    unpack(&packages.kernel, &boot)?;
    for package in &packages.programs {
        unpack(package, &root)?;
    }
    furnish(&root)?;
    the_kernel(&boot, &root, &image.kernel)?;
    let file = fs::File::create(&image.root).with_context(|| format!("create {}", image.root.display()))?;
    let mut archive = Archive::new(std::io::BufWriter::new(file));
    archive.tree(&root, "").and_then(|()| archive.end()).context("write the root")?;
    for folder in [root, boot] {
        fs::remove_dir_all(&folder).with_context(|| format!("remove {}", folder.display()))?;
    }
    stamp::write(&made, &wanted)?;
    Ok(image)
}

/// An empty root, whose folders are as they are in Debian: `/bin` is `/usr/bin`.
fn empty(folder: &Path) -> Result<PathBuf> {
    let make = || {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        for name in ["bin", "sbin", "lib", "lib64"] {
            fs::create_dir_all(folder.join("usr").join(name))?;
            symlink(format!("usr/{name}"), folder.join(name))?;
        }
        Ok::<(), std::io::Error>(())
    };
    make().with_context(|| format!("make {}", folder.display()))?;
    Ok(folder.to_owned())
}

/// Unpacks a package. Its scripts do not run.
fn unpack(package: &Path, root: &Path) -> Result<()> {
    let mut from = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(package)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("start dpkg-deb")?;
    let mut tar = Command::new("tar");
    tar.args(["-x", "--keep-directory-symlink", "--no-same-owner", "-C"]).arg(root);
    tar.args(LEFT_OUT.map(|name| format!("--exclude={name}")));
    let output = tar.stdin(from.stdout.take().context("read from dpkg-deb")?).output().context("start tar")?;
    if !from.wait()?.success() || !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{} cannot be unpacked: {}", package.display(), said.trim());
    }
    Ok(())
}

/// Does what the scripts of the packages would have done.
fn furnish(root: &Path) -> Result<()> {
    let files = [
        ("etc/passwd", USERS),
        ("etc/group", GROUPS),
        ("etc/hosts", "127.0.0.1 localhost\n"),
        ("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"),
        ("etc/machine-id", "6c61622d6c61622d6c61622d6c61622d\n"),
    ];
    let furnish = || {
        fs::create_dir_all(root.join("etc"))?;
        for (name, content) in files {
            fs::write(root.join(name), content)?;
        }
        // The kernel takes no other list of countries than one that Debian has signed.
        for name in ["regulatory.db", "regulatory.db.p7s"] {
            let link = root.join("usr/lib/firmware").join(name);
            if !link.exists() {
                symlink(format!("{name}-debian"), link)?;
            }
        }
        Ok::<(), std::io::Error>(())
    };
    furnish().context("furnish the root")
}

/// Puts the modules into the root, with the order in which they are loaded, and the kernel where it is started from.
fn the_kernel(boot: &Path, root: &Path, to: &Path) -> Result<()> {
    let modules = root.join("usr/lib/modules");
    fs::create_dir_all(&modules).with_context(|| format!("create {}", modules.display()))?;
    let mut order = String::new();
    for (name, content) in kernel::modules(&boot.join("usr/lib/modules"))? {
        fs::write(modules.join(format!("{name}.ko")), content).with_context(|| format!("write the module {name}"))?;
        order.push_str(&name);
        order.push('\n');
    }
    fs::write(modules.join("order"), order).context("write the order of the modules")?;
    let packed = workspace::files(&boot.join("boot"))?
        .into_iter()
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("vmlinuz")))
        .context("the package has no kernel")?;
    let packed = fs::read(&packed).with_context(|| format!("read {}", packed.display()))?;
    let kernel = kernel::unpacked(&packed).unwrap_or_else(|error| {
        println!("the machine unpacks its kernel itself, which takes longer: {error:#}");
        packed
    });
    fs::write(to, kernel).with_context(|| format!("write {}", to.display()))
}

/// Writes what is tested, and the cases, as an archive that comes on top of the root.
pub(crate) fn overlay(to: &Path, programs: &[PathBuf]) -> Result<()> {
    let root = workspace::root();
    let file = fs::File::create(to).with_context(|| format!("create {}", to.display()))?;
    let mut archive = Archive::new(std::io::BufWriter::new(file));
    let mut write = || {
        archive.folder("lab")?;
        for path in workspace::files(&root.join("xtask/wifi-lab")).map_err(std::io::Error::other)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let place = if name == "init" { name } else { format!("lab/{name}") };
            archive.file(&place, 0o755, &fs::read(&path)?)?;
        }
        let rule = root.join("deploy/polkit/50-shelly-provisioner.rules");
        for folder in ["etc/polkit-1", "etc/polkit-1/rules.d"] {
            archive.folder(folder)?;
        }
        archive.file("etc/polkit-1/rules.d/50-shelly-provisioner.rules", 0o644, &fs::read(rule)?)?;
        for program in programs {
            let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
            archive.file(&format!("usr/bin/{name}"), 0o755, &fs::read(program)?)?;
        }
        Ok::<(), std::io::Error>(())
    };
    write().and_then(|()| archive.end()).with_context(|| format!("write {}", to.display()))
}

/// The programs without what only debuggers read, since the machine has them in memory.
pub(crate) fn stripped(programs: &[PathBuf], folder: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
    let strip = |program: &PathBuf| {
        let to = folder.join(program.file_name().context("a program has a name")?);
        process::quiet(Command::new("strip").arg("-o").arg(&to).arg(program))?;
        Ok(to)
    };
    programs.iter().map(strip).collect()
}
