from pydock.main import main

main()
