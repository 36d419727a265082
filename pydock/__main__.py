from pydock import current_folder

current_folder.leave()

from pydock.main import main  # noqa: E402

main()
